import { sha256 } from '@noble/hashes/sha2.js';
import { type PrepareResult, prepareFor } from './prepare.ts';
import { EXIT, type Limits, MAX_CALL_DEPTH } from './profile.ts';
import { hostFailure } from './refuse.ts';
import { EXPORTS } from './rewrite/layout.ts';
import { checkInput } from './runInput.ts';
import { MemoryTree } from './state/memoryTree.ts';
import { type Hash, leafHash, rootOfLeaves } from './state/merkleRoot.ts';
import { stateRoot } from './state/stateRoot.ts';
import { trapReason } from './trapReason.ts';
import { WasiHost } from './wasi/host.ts';
import { Stop } from './wasi/stop.ts';
import { decodeModule } from './wasm/decode.ts';
import { WASI_MODULE } from './wasm/imports.ts';

export interface RunInput {
  /** The program as published: not rewritten. */
  readonly module: Uint8Array;
  /** Files under /in by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Bytes of /in/params.json. */
  readonly params: Uint8Array;
  /** 32 bytes: key of the program's random stream. */
  readonly seed: Uint8Array;
  /** Milliseconds since 1970 at which the program's clock starts. */
  readonly timeMs: bigint;
  readonly limits: Limits;
  /** Told now and then between host calls and after each step. */
  readonly onProgress?: (info: { readonly fuelUsed: bigint; readonly step: number }) => void;
  /** A faster sha-256, where the embedder has one. */
  readonly hash?: Hash;
}

export interface RunResult {
  /** What the program exited with (0 to 0xffff), or one of `EXIT`. */
  readonly exitCode: number;
  readonly fuelUsed: bigint;
  /** Files under /out; empty where the exit code is one of `EXIT`. */
  readonly outputs: Map<string, Uint8Array>;
  /** RFC 6962 root over `stepRoots`. */
  readonly traceRoot: Uint8Array;
  /** State root after `_start` and after each `step`. */
  readonly stepRoots: Uint8Array[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Why the program was stopped, where the exit code is one of `EXIT`. Words, not evidence. */
  readonly trap?: string;
}

/** Fuel between two reports of progress. */
const PROGRESS_FUEL = 50_000_000n;

/** Fuel of a call still to be made. */
const min = (a: bigint, b: bigint) => (a < b ? a : b);

/**
 * Runs a program to its end. The result follows from the input alone: on any machine, in any engine. Traps,
 * spent fuel, depth and output bounds are results too (`exitCode` in `EXIT`).
 * @throws KoinonError `K_MODULE_REFUSED`; `K_RUN_INPUT` for input that no manifest could name; `K_RUNTIME_HOST`
 * where this machine failed, which says nothing about the execution.
 */
export async function run(input: RunInput): Promise<RunResult> {
  const files = checkInput(input);
  const execute = async (isExact: boolean) =>
    (await start(input, files, prepareFor(input.module, input.limits, isExact))).run();
  const result = await execute(false);
  // What a trap had cost stands in a variable nobody can read any more. The execution is deterministic, so it
  // is run again with the fuel shown in every basic block.
  return result.exitCode === EXIT.TRAP ? execute(true) : result;
}

async function start(
  input: RunInput,
  files: ReadonlyMap<string, Uint8Array>,
  prepared: PrepareResult,
): Promise<Execution> {
  const { seed, timeMs, limits } = input;
  const host = new WasiHost({ files, seed, timeMs, outputBytes: limits.outputBytes });
  const { imports } = decodeModule(input.module);
  let execution: Execution | undefined;
  try {
    const functions = host.imports(imports, () => execution?.report(PROGRESS_FUEL));
    const module = await WebAssembly.compile(prepared.module);
    const instance = await WebAssembly.instantiate(module, {
      [WASI_MODULE]: functions as WebAssembly.ModuleImports,
    });
    execution = new Execution(input, prepared, host, instance.exports);
    return execution;
  } catch (error) {
    throw hostFailure('The program could not be started: the engine has no room for it.', error);
  }
}

type Entry = () => unknown;

/** One execution of a prepared program, from its first call to its result. */
class Execution {
  private readonly input: RunInput;
  private readonly prepared: PrepareResult;
  private readonly host: WasiHost;
  private readonly exports: WebAssembly.Exports;
  private readonly memory: WebAssembly.Memory;
  private readonly fuel: { value: bigint };
  private readonly tree: MemoryTree;
  private readonly hash: Hash;
  private readonly roots: Uint8Array[] = [];
  private reported = 0n;
  private trap: string | undefined;

  constructor(input: RunInput, prepared: PrepareResult, host: WasiHost, exports: WebAssembly.Exports) {
    this.input = input;
    this.prepared = prepared;
    this.host = host;
    this.exports = exports;
    this.memory = exports[EXPORTS.memory] as WebAssembly.Memory;
    this.fuel = exports[EXPORTS.fuel] as unknown as { value: bigint };
    this.hash = input.hash ?? sha256;
    this.tree = new MemoryTree(this.hash, prepared.hasStep);
    host.attach({ memory: this.memory, fuel: this.fuel });
    const depth = exports[EXPORTS.depth] as WebAssembly.Global;
    depth.value = Math.min(input.limits.callDepth, MAX_CALL_DEPTH);
  }

  run(): RunResult {
    let exitCode = this.step(() => {
      if (this.prepared.hasStart) (this.exports[EXPORTS.start] as Entry)();
      (this.exports[EXPORTS.main] as Entry)();
      return this.prepared.hasStep;
    });
    while (exitCode === undefined) exitCode = this.step(() => (this.exports[EXPORTS.step] as Entry)() !== 0);
    const isReserved = exitCode > EXIT.GUEST_MAX;
    return {
      exitCode,
      fuelUsed: this.host.fuelBefore,
      outputs: isReserved ? new Map() : this.host.out.contents(),
      traceRoot: rootOfLeaves(
        this.roots.map(root => leafHash(root, this.hash)),
        this.hash,
      ),
      stepRoots: this.roots,
      stdout: this.host.stdout.bytes().slice(),
      stderr: this.host.stderr.bytes().slice(),
      ...(this.trap === undefined ? {} : { trap: this.trap }),
    };
  }

  /** One call of the program, metered; its exit code, or undefined where a further step follows. */
  private step(call: () => boolean): number | undefined {
    const { host, fuel } = this;
    const { limits } = this.input;
    const left = limits.fuel - host.fuelBefore;
    host.fuelAtStart = min(left, limits.stepFuel);
    fuel.value = host.fuelAtStart;
    const exitCode = this.attempt(call, host.fuelAtStart < left);
    const spent = exitCode === EXIT.OUT_OF_FUEL || exitCode === EXIT.STEP_OUT_OF_FUEL ? 0n : fuel.value;
    host.fuelBefore += host.fuelAtStart - spent;
    host.fuelAtStart = 0n;
    fuel.value = 0n;
    this.roots.push(this.root());
    this.report(0n);
    return exitCode;
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

  private root(): Uint8Array {
    const { host, prepared } = this;
    const globals = prepared.globals.map((type, i) => {
      const bits = (this.exports[`${EXPORTS.reader}${i}`] as Entry)();
      return { type, words: (Array.isArray(bits) ? bits : [bits]) as bigint[] };
    });
    const state = {
      memory: new Uint8Array(this.memory.buffer),
      globals,
      randomPosition: BigInt(host.random.position),
      waitedNs: host.waitedNs,
      fuelUsed: host.fuelBefore,
      outputs: host.out.contents(),
      stdout: host.stdout.bytes(),
      stderr: host.stderr.bytes(),
    };
    return stateRoot(state, this.tree, this.hash);
  }

  /** Tells about progress once so much fuel was used since the last time. */
  report(after: bigint): void {
    const { onProgress } = this.input;
    if (onProgress === undefined) return;
    const fuelUsed = this.host.fuelUsed();
    if (fuelUsed - this.reported < after) return;
    this.reported = fuelUsed;
    onProgress({ fuelUsed, step: this.roots.length });
  }
}
