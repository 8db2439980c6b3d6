import { type Checkpoint, type CheckpointSink, CheckpointSpacing } from './checkpoint.ts';
import type { Engine } from './engine.ts';
import { Execution, type StepEnd } from './execution.ts';
import { EXIT, type Limits, MAX_STEPS } from './profile.ts';
import { checkInput } from './runInput.ts';
import type { IsSame } from './state/memoryTree.ts';
import { type Hash, leafHash, rootOfLeaves } from './state/merkleRoot.ts';
import { type StepState, stateUnfit } from './state/stepState.ts';

/** The execution a manifest names. */
export interface ProgramInput {
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
  /** A faster sha-256, where the embedder has one. */
  readonly hash?: Hash;
  /** A faster comparison of byte strings of one length, where the embedder has one. */
  readonly isSame?: IsSame;
  /** What compiles the program; `engineOffThread` unless told. */
  readonly engine?: Engine;
}

export interface RunInput extends ProgramInput {
  /** Told now and then between host calls and after each step. */
  readonly onProgress?: (info: { readonly fuelUsed: bigint; readonly step: number }) => void;
  /** Told after each step but the last; the step's state is `state()`, which shares the program's memory. */
  readonly onStep?: (info: {
    readonly step: number;
    readonly root: Uint8Array;
    readonly fuelUsed: bigint;
    state(): StepState;
  }) => void;
  /** Where to leave checkpoints, and how often. */
  readonly checkpoints?: CheckpointSink;
  /** Where an earlier run of the same input was interrupted; its root is checked. Must stay as it is during the run. */
  readonly resumeFrom?: Checkpoint;
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

/**
 * Runs a program to its end. The result follows from the manifest's part of the input alone: on any machine, in any
 * engine, resumed or not. Traps, spent fuel, depth and output bounds are results too (`exitCode` in `EXIT`).
 * @throws KoinonError `K_MODULE_REFUSED`; `K_RUN_INPUT` for input that no manifest could name; `K_STEP_STATE_UNFIT`,
 * `K_STEP_STATE_MISMATCH` for a checkpoint of something else; `K_RUNTIME_HOST` where this machine failed, which says
 * nothing about the execution.
 */
export async function run(input: RunInput): Promise<RunResult> {
  const { onProgress, onStep, checkpoints, resumeFrom } = input;
  const roots = [...(resumeFrom?.stepRoots ?? [])];
  let reported = 0n;
  const report = (fuelUsed: bigint, after: bigint) => {
    if (onProgress === undefined || fuelUsed - reported < after) return;
    reported = fuelUsed;
    onProgress({ fuelUsed, step: roots.length });
  };
  const execution = await beginAt(input, resumeFrom, fuelUsed => report(fuelUsed, PROGRESS_FUEL));
  const from = { fuel: resumeFrom?.state.fuelUsed ?? 0n, step: roots.length };
  const spacing = checkpoints && new CheckpointSpacing(checkpoints, from);
  for (;;) {
    const end = stepOf(await execution.step(), roots.length);
    roots.push(end.root);
    report(end.fuelUsed, 0n);
    if (end.exitCode !== undefined) return resultOf(end.exitCode, end, execution.state(), roots, input.hash);
    const { fuelUsed: fuel, root } = end;
    onStep?.({ step: roots.length - 1, root, fuelUsed: fuel, state: () => execution.state() });
    if (spacing?.isDue({ fuel, step: roots.length, memoryBytes: execution.memoryBytes }))
      await checkpoints!.take({ stepRoots: roots.slice(), state: execution.state() });
  }
}

/**
 * The program where an execution of it stands, with its input checked.
 * @throws as `run`
 */
export async function beginAt(
  input: ProgramInput,
  from: Checkpoint | undefined,
  onCall?: (fuelUsed: bigint) => void,
): Promise<Execution> {
  const files = checkInput(input);
  // Not the whole input: what it was resumed from may be large, and is not needed once it is restored.
  const { module, seed, timeMs, limits, hash, isSame, engine } = input;
  const whole = {
    ...{ module, files, seed, timeMs, limits },
    ...(hash === undefined ? {} : { hash }),
    ...(isSame === undefined ? {} : { isSame }),
    ...(engine === undefined ? {} : { engine }),
    ...(onCall === undefined ? {} : { onCall }),
  };
  if (from === undefined) return Execution.begin(whole);
  const root = from.stepRoots.at(-1);
  if (root === undefined) throw stateUnfit('no step leads to it');
  if (from.stepRoots.length >= MAX_STEPS) throw stateUnfit('no step may follow it');
  return Execution.begin(whole, from.state, root);
}

/** The step with this index, from 0, as it came out; the last one there may be ends the execution. */
export function stepOf(end: StepEnd, index: number): StepEnd {
  if (end.exitCode !== undefined || index + 1 < MAX_STEPS) return end;
  return { ...end, exitCode: EXIT.TOO_MANY_STEPS, trap: `it takes more than ${MAX_STEPS} steps` };
}

function resultOf(
  exitCode: number,
  end: StepEnd,
  state: StepState,
  stepRoots: Uint8Array[],
  hash: Hash | undefined,
): RunResult {
  return {
    exitCode,
    fuelUsed: end.fuelUsed,
    outputs: outputsOf(exitCode, state),
    traceRoot: rootOfLeaves(
      stepRoots.map(root => leafHash(root, hash)),
      hash,
    ),
    stepRoots,
    stdout: state.stdout,
    stderr: state.stderr,
    ...(end.trap === undefined ? {} : { trap: end.trap }),
  };
}

/** Files under /out; none where the program was stopped. */
export function outputsOf(exitCode: number, state: StepState): Map<string, Uint8Array> {
  return exitCode > EXIT.GUEST_MAX ? new Map() : new Map(state.outputs);
}
