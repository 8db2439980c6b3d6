import { EXIT } from '../profile.ts';
import type { Calls, WasiHost } from './host.ts';
import { Stop } from './stop.ts';

/** The one argument of every program, its terminating zero included. */
const PROGRAM = new TextEncoder().encode('program\0');

export function processCalls(host: WasiHost): Calls {
  return {
    args_sizes_get: (count: number, size: number) => {
      host.memory.setU32(count, 1);
      host.memory.setU32(size, PROGRAM.length);
      return 0;
    },
    args_get: (pointers: number, buffer: number) => {
      host.memory.setU32(pointers, buffer);
      host.memory.bytes(buffer, PROGRAM.length).set(PROGRAM);
      return 0;
    },
    environ_sizes_get: (count: number, size: number) => {
      host.memory.setU32(count, 0);
      host.memory.setU32(size, 0);
      return 0;
    },
    environ_get: () => 0,
    proc_exit: (code: number) => {
      throw new Stop(Math.min(code >>> 0, EXIT.GUEST_MAX));
    },
    random_get: (pointer: number, length: number) => {
      const into = host.memory.bytes(pointer, length);
      // One unit a byte: the cipher is slower than a copy.
      host.charge(BigInt(into.length));
      host.random.draw(into);
      return 0;
    },
  };
}
