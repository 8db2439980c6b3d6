import { ERRNO, fail } from './errno.ts';
import type { Calls, WasiHost } from './host.ts';

const CLOCK = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPU: 2, THREAD_CPU: 3 } as const;
const EVENT = { CLOCK: 0, READ: 1, WRITE: 2 } as const;
const ABSOLUTE = 1;
const MAX_SUBSCRIPTIONS = 1024;

/** Nanoseconds a clock shows. One unit of fuel is one nanosecond; waiting moves all but the CPU clocks. */
function timeOf(host: WasiHost, clock: number): bigint {
  const fuel = host.fuelUsed();
  switch (clock) {
    case CLOCK.REALTIME:
      return BigInt.asUintN(64, host.input.timeMs * 1_000_000n + fuel + host.waitedNs);
    case CLOCK.MONOTONIC:
      return BigInt.asUintN(64, fuel + host.waitedNs);
    case CLOCK.PROCESS_CPU:
    case CLOCK.THREAD_CPU:
      return fuel;
    default:
      return fail('INVAL');
  }
}

interface Subscription {
  readonly userdata: bigint;
  readonly event: number;
  /** Nanoseconds until it is due. */
  readonly dueInNs: bigint;
  readonly error: number;
}

export function clockCalls(host: WasiHost): Calls {
  const subscription = (pointer: number): Subscription => {
    const { memory } = host;
    const userdata = memory.u64(pointer);
    const event = memory.u8(pointer + 8);
    if (event === EVENT.CLOCK) {
      const clock = memory.u32(pointer + 16);
      if (clock > CLOCK.MONOTONIC) return { userdata, event, dueInNs: 0n, error: ERRNO.NOTSUP };
      const timeout = memory.u64(pointer + 24);
      const isAbsolute = (memory.u16(pointer + 40) & ABSOLUTE) !== 0;
      const dueInNs = isAbsolute ? timeout - timeOf(host, clock) : timeout;
      return { userdata, event, dueInNs: dueInNs > 0n ? dueInNs : 0n, error: ERRNO.SUCCESS };
    }
    if (event > EVENT.WRITE) fail('INVAL');
    // Files never make anyone wait.
    host.descriptors.get(memory.u32(pointer + 16));
    return { userdata, event, dueInNs: 0n, error: ERRNO.SUCCESS };
  };

  return {
    clock_res_get: (clock: number, pointer: number) => {
      timeOf(host, clock);
      host.memory.setU64(pointer, 1n);
      return 0;
    },
    clock_time_get: (clock: number, _precision: bigint, pointer: number) => {
      host.memory.setU64(pointer, timeOf(host, clock));
      return 0;
    },
    /** Waiting costs no fuel but moves the clock to the earliest subscription; what is due by then is told. */
    poll_oneoff: (subscriptions: number, events: number, count: number, told: number) => {
      const n = count >>> 0;
      if (n === 0 || n > MAX_SUBSCRIPTIONS) fail('INVAL');
      host.charge(BigInt(n) * 8n);
      const all = Array.from({ length: n }, (_, i) => subscription((subscriptions >>> 0) + i * 48));
      const { dueInNs: wait } = all.reduce((first, one) => (one.dueInNs < first.dueInNs ? one : first));
      host.waitedNs = BigInt.asUintN(64, host.waitedNs + wait);
      const due = all.filter(one => one.dueInNs === wait);
      due.forEach((one, i) => {
        const view = host.memory.structure((events >>> 0) + i * 32, 32);
        view.setBigUint64(0, one.userdata, true);
        view.setUint16(8, one.error, true);
        view.setUint8(10, one.event);
      });
      host.memory.setU32(told, due.length);
      return 0;
    },
    sched_yield: () => 0,
  };
}
