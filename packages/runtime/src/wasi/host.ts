import { EXIT } from '../profile.ts';
import { HOST_CALL_FUEL } from '../rewrite/costs.ts';
import { compareBytes } from '../state/bytes.ts';
import type { StepState } from '../state/stepState.ts';
import type { Import } from '../wasm/module.ts';
import { clockCalls } from './clockCalls.ts';
import { type Descriptor, Descriptors } from './descriptors.ts';
import { ERRNO, Errno } from './errno.ts';
import { fdCalls } from './fdCalls.ts';
import { Directory, MemoryFile, Quota } from './files.ts';
import { GuestMemory } from './guestMemory.ts';
import { pathCalls } from './pathCalls.ts';
import { processCalls } from './processCalls.ts';
import { RandomStream } from './randomStream.ts';
import { Stop } from './stop.ts';

export interface HostInput {
  /** Files under /in by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** Milliseconds since 1970 at which the program's clock starts. */
  readonly timeMs: bigint;
  readonly outputBytes: number;
}

/** What the rewritten module gives the host once it is instantiated. */
export interface Guest {
  readonly memory: WebAssembly.Memory;
  /** Fuel left, an i64. */
  readonly fuel: { value: bigint };
}

/** A host function: i32 as number, i64 as bigint; undefined is success. */
export type Calls = Readonly<Record<string, (...args: never[]) => number | undefined>>;

/** WASI preview 1 over files in memory. Everything it answers follows from its input and the calls made. */
export class WasiHost {
  readonly input: HostInput;
  readonly stdout: MemoryFile;
  readonly stderr: MemoryFile;
  readonly out: Directory;
  readonly random: RandomStream;
  readonly descriptors: Descriptors;
  /** Nanoseconds that waiting has moved the clock by. */
  waitedNs = 0n;
  /** Fuel spent in the steps before this one, and fuel this one began with. */
  fuelBefore = 0n;
  fuelAtStart = 0n;
  private readonly quota: Quota;
  private readonly initial: readonly Descriptor[];
  private guest: Guest | undefined;
  private guestMemory: GuestMemory | undefined;

  constructor(input: HostInput) {
    this.input = input;
    const quota = new Quota(input.outputBytes);
    this.quota = quota;
    const inputs = new Directory(1n, 16n);
    const names = [...input.files.keys()].map(name => ({ name, bytes: new TextEncoder().encode(name) }));
    names.sort((a, b) => compareBytes(a.bytes, b.bytes));
    for (const { name } of names) inputs.place(name, input.files.get(name)!);
    this.out = new Directory(2n, 1n << 32n, quota);
    this.stdout = new MemoryFile(4n, new Uint8Array(), quota);
    this.stderr = new MemoryFile(5n, new Uint8Array(), quota);
    this.random = new RandomStream(input.seed);
    this.initial = [
      { kind: 'stream', name: 'stdin', file: new MemoryFile(3n, new Uint8Array()) },
      { kind: 'stream', name: 'stdout', file: this.stdout },
      { kind: 'stream', name: 'stderr', file: this.stderr },
      { kind: 'directory', directory: inputs, preopened: '/in' },
      { kind: 'directory', directory: this.out, preopened: '/out' },
    ];
    this.descriptors = new Descriptors(this.initial);
  }

  /** Must be called before the program runs. */
  attach(guest: Guest): void {
    this.guest = guest;
    this.guestMemory = new GuestMemory(guest.memory);
  }

  get memory(): GuestMemory {
    return this.guestMemory!;
  }

  /** Fuel used so far, over all steps. */
  fuelUsed(): bigint {
    return this.fuelBefore + this.fuelAtStart - this.guest!.fuel.value;
  }

  charge(fuel: bigint): void {
    const guest = this.guest!;
    guest.fuel.value -= fuel;
    if (guest.fuel.value < 0n) throw new Stop(EXIT.OUT_OF_FUEL);
  }

  /** Charges for bytes moved: one unit for eight. */
  chargeBytes(bytes: number): void {
    this.charge(BigInt(Math.floor(bytes / 8)));
  }

  /** Whether no descriptor was opened, closed or moved since the program began. */
  isAtRest(): boolean {
    return this.descriptors.isInitial(this.initial);
  }

  /**
   * What the root of a step does not cover becomes a function of what it covers: files are numbered by name, and what
   * may still be written follows from what there is.
   */
  settle(): void {
    this.out.renumber();
    const held = this.out.entries().reduce((sum, [, file]) => sum + file.size, 0);
    this.quota.reset(this.input.outputBytes - held - this.stdout.size - this.stderr.size);
  }

  /** Takes the place of the host that a step left in this state. */
  restore(state: Omit<StepState, 'memory' | 'globals'>): void {
    this.random.position = Number(state.randomPosition);
    this.waitedNs = state.waitedNs;
    this.fuelBefore = state.fuelUsed;
    for (const [name, contents] of state.outputs) this.out.restore(name, contents);
    this.stdout.write(0, state.stdout);
    this.stderr.write(0, state.stderr);
    this.settle();
  }

  /** The functions a module imports; `onCall` is told after each call. */
  imports(wanted: readonly Import[], onCall: () => void): Record<string, (...args: never[]) => unknown> {
    const calls: Calls = { ...fdCalls(this), ...pathCalls(this), ...clockCalls(this), ...processCalls(this) };
    const entries = wanted.map(({ name }): [string, (...args: never[]) => unknown] => {
      const call = calls[name] ?? (() => (name.startsWith('sock_') ? ERRNO.NOTSUP : ERRNO.NOSYS));
      return [
        name,
        (...args: never[]) => {
          this.charge(HOST_CALL_FUEL);
          onCall();
          try {
            return call(...args) ?? ERRNO.SUCCESS;
          } catch (error) {
            if (error instanceof Errno) return error.errno;
            throw error;
          }
        },
      ];
    });
    return Object.fromEntries(entries);
  }
}
