import { KoinonError } from '@koinon/protocol/errors';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Engine, engineOffThread } from './engine.ts';
import type { PrepareResult } from './prepare.ts';
import { EXIT, type Limits, MAX_CALL_DEPTH } from './profile.ts';
import { hostFailure } from './refuse.ts';
import { EXPORTS } from './rewrite/layout.ts';
import { type IsSame, type Keep, MemoryTree } from './state/memoryTree.ts';
import type { Hash } from './state/merkleRoot.ts';
import { requireFit } from './state/requireFit.ts';
import { rootOfDigests } from './state/stateRoot.ts';
import { type GlobalBits, type StepState, stateMismatch } from './state/stepState.ts';
import { trapReason } from './trapReason.ts';
import { WasiHost } from './wasi/host.ts';
import { Stop } from './wasi/stop.ts';
import { WASI_MODULE } from './wasm/imports.ts';

/** What an execution is made of; `files` holds the parameters too. */
export interface ExecutionInput {
  readonly module: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly seed: Uint8Array;
  readonly timeMs: bigint;
  readonly limits: Limits;
  readonly hash?: Hash;
  readonly isSame?: IsSame;
  readonly engine?: Engine;
  /** Told after each host call. */
  readonly onCall?: (fuelUsed: bigint) => void;
}

/** What one step came to. */
export interface StepEnd {
  readonly root: Uint8Array;
  /** Of all steps so far. */
  readonly fuelUsed: bigint;
  /** Of the whole execution; absent where a further step follows. */
  readonly exitCode?: number;
  /** Why the program was stopped. Words, not evidence. */
  readonly trap?: string;
}

const PAGE = 65536;

type Entry = (...args: bigint[]) => unknown;

/** The smaller of two. */
const min = (a: bigint, b: bigint) => (a < b ? a : b);

/** The program in an engine, between two steps. */
export class Execution {
  readonly host: WasiHost;
  private readonly input: ExecutionInput;
  private readonly prepared: PrepareResult;
  private readonly exports: WebAssembly.Exports;
  private readonly memory: WebAssembly.Memory;
  private readonly fuel: { value: bigint };
  private readonly tree: MemoryTree;
  private readonly hash: Hash;
  private isFresh = true;
  private readonly isExact: boolean;
  /** As of the last root, when the memory was what the tree keeps. */
  private resting: Omit<StepState, 'memory'> | undefined;
  /** What ran the last step once more, where it trapped. */
  private successor: Execution | undefined;
  private trap: string | undefined;

  /**
   * The program ready for its first step, or for the one that follows the state `from`, whose root must be `root`
   * where one is given. `isExact`: as a step is run again that trapped.
   * @throws KoinonError `K_MODULE_REFUSED`, `K_RUNTIME_HOST`; `K_STEP_STATE_UNFIT`, `K_STEP_STATE_MISMATCH` for a state
   * that is none of this program's.
   */
  static async begin(
    input: ExecutionInput,
    from?: StepState,
    root?: Uint8Array,
    isExact = false,
  ): Promise<Execution> {
    const { files, seed, timeMs, limits, engine = engineOffThread } = input;
    let execution: Execution;
    try {
      const { prepared, imports, module } = await engine.compile(input.module, limits, isExact);
      if (from !== undefined) requireFit(from, prepared, limits);
      const host = new WasiHost({ files, seed, timeMs, outputBytes: limits.outputBytes });
      const { onCall } = input;
      const told = onCall === undefined ? () => {} : () => onCall(host.fuelUsed());
      const functions = host.imports(imports, told);
      const instance = await engine.start(module, { [WASI_MODULE]: functions as WebAssembly.ModuleImports });
      execution = new Execution(input, prepared, host, instance.exports, isExact);
      if (from !== undefined) execution.restore(from);
    } catch (error) {
      if (error instanceof KoinonError) throw error;
      throw hostFailure('The program could not be started: the engine has no room for it.', error);
    }
    if (root !== undefined && !isSameBytes(execution.rest('pages', from!.memory), root))
      throw stateMismatch();
    return execution;
  }

  private constructor(
    input: ExecutionInput,
    prepared: PrepareResult,
    host: WasiHost,
    exports: WebAssembly.Exports,
    isExact: boolean,
  ) {
    this.isExact = isExact;
    this.input = input;
    this.prepared = prepared;
    this.host = host;
    this.exports = exports;
    this.memory = exports[EXPORTS.memory] as WebAssembly.Memory;
    this.fuel = exports[EXPORTS.fuel] as unknown as { value: bigint };
    this.hash = input.hash ?? sha256;
    this.tree = new MemoryTree(this.hash, input.isSame);
    host.attach({ memory: this.memory, fuel: this.fuel });
    const depth = exports[EXPORTS.depth] as WebAssembly.Global;
    depth.value = Math.min(input.limits.callDepth, MAX_CALL_DEPTH);
  }

  private restore(state: StepState): void {
    const missing = (state.memory.length - this.memory.buffer.byteLength) / PAGE;
    if (missing > 0) this.memory.grow(missing);
    new Uint8Array(this.memory.buffer).set(state.memory);
    state.globals.forEach(({ words }, i) => {
      (this.exports[`${EXPORTS.writer}${i}`] as Entry)(...words.map(word => BigInt.asIntN(64, word)));
    });
    this.host.restore(state);
    this.isFresh = false;
  }

  /**
   * The next step: `_start`, or one call of `step`. Nothing follows one that gave an exit code; `isOnly` says that nothing
   * will be asked to follow this one.
   * @throws KoinonError `K_RUNTIME_HOST`
   */
  async step(isOnly = !this.prepared.hasStep): Promise<StepEnd> {
    const { host, fuel, exports } = this;
    const { limits } = this.input;
    const left = limits.fuel - host.fuelBefore;
    host.fuelAtStart = min(left, limits.stepFuel);
    fuel.value = host.fuelAtStart;
    this.trap = undefined;
    const exitCode = this.attempt(() => {
      if (!this.isFresh) return (exports[EXPORTS.step] as Entry)() !== 0;
      if (this.prepared.hasStart) (exports[EXPORTS.start] as Entry)();
      (exports[EXPORTS.main] as Entry)();
      return this.prepared.hasStep;
    }, host.fuelAtStart < left);
    // What a trap had cost stands in a variable nobody can read any more. The execution is deterministic, so the
    // step is run again with the fuel shown in every basic block.
    if (exitCode === EXIT.TRAP && !this.isExact) return this.stepExactly();
    this.isFresh = false;
    const spent = exitCode === EXIT.OUT_OF_FUEL || exitCode === EXIT.STEP_OUT_OF_FUEL ? 0n : fuel.value;
    host.fuelBefore += host.fuelAtStart - spent;
    host.fuelAtStart = 0n;
    fuel.value = 0n;
    if (exitCode === undefined) host.settle();
    return {
      root: this.rest(isOnly ? 'nothing' : 'copies'),
      fuelUsed: host.fuelBefore,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(this.trap === undefined ? {} : { trap: this.trap }),
    };
  }

  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Where the last step left the program. Shares its memory: valid until the next step. */
  state(): StepState {
    if (this.successor !== undefined) return this.successor.state();
    return { ...this.resting!, memory: new Uint8Array(this.memory.buffer) };
  }

  private async stepExactly(): Promise<StepEnd> {
    const start = this.resting === undefined ? undefined : { ...this.resting, memory: this.tree.last() };
    this.successor = await Execution.begin(this.input, start, undefined, true);
    return this.successor.step(true);
  }

  private attempt(call: () => boolean, isStepBound: boolean): number | undefined {
    const outOfFuel = () => {
      this.trap = isStepBound ? 'a step used more fuel than one step may' : 'the fuel is used up';
      return isStepBound ? EXIT.STEP_OUT_OF_FUEL : EXIT.OUT_OF_FUEL;
    };
    try {
      const goesOn = call();
      if (this.fuel.value < 0n) return outOfFuel();
      if (goesOn && !this.host.isAtRest()) {
        this.trap = 'a step ended with a descriptor open';
        return EXIT.STEP_STATE;
      }
      return goesOn ? undefined : 0;
    } catch (error) {
      if (error instanceof Stop) {
        if (error.exitCode === EXIT.OUT_OF_FUEL || this.fuel.value < 0n) return outOfFuel();
        if (error.exitCode === EXIT.OUTPUT_TOO_LARGE) this.trap = 'more output than the limit allows';
        return error.exitCode;
      }
      if (!(error instanceof WebAssembly.RuntimeError))
        throw hostFailure('The engine gave up while running the program.', error);
      if (this.read(EXPORTS.hostFailed) !== 0)
        throw hostFailure('This machine has not the memory the program is allowed.', error);
      if (this.fuel.value < 0n) return outOfFuel();
      if (this.read(EXPORTS.depth) < 0) {
        this.trap = 'calls nest deeper than the limit';
        return EXIT.CALL_DEPTH;
      }
      this.trap = trapReason(error);
      return EXIT.TRAP;
    }
  }

  private read(name: string): number {
    return (this.exports[name] as WebAssembly.Global).value;
  }

  /** Notes where the program stands, and gives the state root. `memory`: where what is in its memory can be read too. */
  private rest(keep: Keep, memory: Uint8Array = new Uint8Array(this.memory.buffer)): Uint8Array {
    const { host, prepared, hash } = this;
    const globals = prepared.globals.map((type, i): GlobalBits => {
      const bits = (this.exports[`${EXPORTS.reader}${i}`] as Entry)();
      return { type, words: (Array.isArray(bits) ? bits : [bits]) as bigint[] };
    });
    this.resting = {
      globals,
      randomPosition: BigInt(host.random.position),
      waitedNs: host.waitedNs,
      fuelUsed: host.fuelBefore,
      outputs: host.out.contents(),
      stdout: host.stdout.snapshot(),
      stderr: host.stderr.snapshot(),
    };
    const outputs = host.out
      .entries()
      .map(([name, file]) => ({ name, size: file.size, sha256: file.sha256(hash) }));
    return rootOfDigests(
      {
        ...this.resting,
        pages: memory.length / PAGE,
        memoryRoot: this.tree.root(memory, keep),
        outputs,
        stdout: host.stdout.sha256(hash),
        stderr: host.stderr.sha256(hash),
      },
      hash,
    );
  }
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
