import {
  CheckpointKeeper,
  type Confinement,
  type ExecutionJob,
  type ExecutionOptions,
  type ExecutionResult,
  type JobExecutor,
  readCheckpoint,
  runFrom,
  STREAM_MAX_BYTES,
  type StepOptions,
} from '@koinon/executors/port';
import type { Clock } from '@koinon/kernel';
import { concatBytes, fromHex, KoinonError, paramsFile, toHex } from '@koinon/protocol';
import {
  type Checkpoint,
  captureState,
  checkpointParts,
  decodeStepState,
  encodeStepState,
  type Hash,
  type ProgramInput,
  type RunInput,
  replayStep,
} from '@koinon/runtime';
import { type JobTimer, jobTimer } from './jobTimer.ts';
import { keptEngine } from './keptPrograms.ts';

export interface InProcessOptions {
  /** Waited on for as long as a job takes. */
  clock: Clock;
  /** How fast a program runs: fuel for each second of the clock; 10^9 unless told. */
  fuelPerSecond?: number;
  /** A faster sha-256, where there is one. */
  hash?: Hash;
}

const FUEL_PER_SECOND = 1_000_000_000;
/** Seconds of the clock between two reports of progress, at least. */
const PROGRESS_EVERY_SECONDS = 1;
/** Fuel between two checkpoints unless the caller says: what the runtime takes. */
const CHECKPOINT_FUEL = 1n << 35n;

/**
 * The executor of a world: the real runtime on this thread. A program runs at once and in one go; then the clock is waited on for
 * as long as its fuel lasts, so that a job has a length and may be interrupted. Nothing confines it but the runtime's own walls;
 * memory is bounded by the manifest's pages alone. For `wasm` only.
 * Throws `K_HOST_ABORTED` and `K_HOST_TIMEOUT` at their time on the clock, `K_MODULE_REFUSED`, and as `Executor` says.
 */
export function inProcessExecutor(options: InProcessOptions): JobExecutor {
  const { clock, hash } = options;
  const fuelPerSecond = options.fuelPerSecond ?? FUEL_PER_SECOND;
  const startTimer = (options: StepOptions) => jobTimer(clock, fuelPerSecond, options);

  const inputOf = ({ manifest, program, inputs }: ExecutionJob): ProgramInput => {
    if (manifest.executor !== 'wasm') throw unableToRun(manifest.executor);
    const { seed, timeMs, limits } = manifest;
    return {
      ...{ module: program, files: inputs, params: paramsFile(manifest), seed, timeMs: BigInt(timeMs) },
      limits: { ...limits, fuel: BigInt(limits.fuel), stepFuel: BigInt(limits.stepFuel) },
      engine: keptEngine(manifest.program),
      ...(hash && { hash }),
    };
  };

  async function run(job: ExecutionJob, options: ExecutionOptions): Promise<ExecutionResult> {
    const input = inputOf(job);
    const timer = startTimer(options);
    const keeper = options.checkpoints && new CheckpointKeeper(options.checkpoints, job.manifest);
    const kept = await keeper?.load();
    const from = kept && readCheckpoint(kept, input);
    const told = reports(input, options, from, timer, keeper);
    try {
      const { result, resumed } = await runFrom(told, from);
      await timer.reach(result.fuelUsed - (resumed > 0 ? from!.state.fuelUsed : 0n));
      await keeper?.clear();
      const { fuelUsed, traceRoot, stdout, stderr, ...rest } = result;
      return {
        ...rest,
        fuel: fuelUsed,
        traceRoot: toHex(traceRoot),
        stdout: stdout.subarray(0, STREAM_MAX_BYTES),
        stderr: stderr.subarray(0, STREAM_MAX_BYTES),
        ...(resumed > 0 ? { resumedSteps: resumed } : {}),
        ...inProcess,
      };
    } finally {
      await keeper?.settle();
    }
  }

  /** The input, of whose execution the caller hears while the clock goes on. */
  function reports(
    input: ProgramInput,
    { onProgress, checkpointFuel = CHECKPOINT_FUEL }: ExecutionOptions,
    from: Checkpoint | undefined,
    timer: JobTimer,
    keeper: CheckpointKeeper | undefined,
  ): RunInput {
    if (!keeper && !onProgress) return input;
    const begun = from?.state.fuelUsed ?? 0n;
    const everyFuel = BigInt(Math.ceil(fuelPerSecond * PROGRESS_EVERY_SECONDS));
    let keptFuel = begun;
    const take = async (checkpoint: Checkpoint) => {
      const { fuelUsed } = checkpoint.state;
      await timer.reach(fuelUsed - begun);
      onProgress?.({ fuelUsed, fraction: Number(fuelUsed) / Number(input.limits.fuel) });
      if (!keeper || fuelUsed - keptFuel < checkpointFuel) return;
      keptFuel = fuelUsed;
      keeper.keep(concatBytes(...checkpointParts(checkpoint)));
    };
    return {
      ...input,
      checkpoints: { everyFuel: everyFuel < checkpointFuel ? everyFuel : checkpointFuel, take },
    };
  }

  return {
    run,
    replayStep: async (job, { index, from }, options) => {
      const input = inputOf(job);
      const timer = startTimer(options);
      const state = from && decodeStepState(from.state, input.limits);
      const { stateRoot, fuelUsed, isLast, exitCode, outputs, trap } = await replayStep({
        ...input,
        stepIndex: index,
        ...(from && { from: state!, fromRoot: fromHex(from.root) }),
      });
      await timer.reach(fuelUsed - (state?.fuelUsed ?? 0n));
      const step = { stateRoot: toHex(stateRoot), isLast, exitCode, fuel: fuelUsed, outputs };
      return { ...step, ...(trap === undefined ? {} : { trap }), ...inProcess };
    },
    captureState: async (job, stepIndex, options) => {
      const timer = startTimer(options);
      const { stepRoots, state } = await captureState({ ...inputOf(job), stepIndex });
      const captured = { stateRoot: toHex(stepRoots.at(-1)!), stepRoots, state: encodeStepState(state) };
      await timer.reach(state.fuelUsed);
      return captured;
    },
    confinement: async () => confined,
  };
}

/** What a good sandbox says of itself: in a world nothing is outside that a program could reach. */
export const confined: Confinement = {
  kind: 'bubblewrap',
  network: false,
  files: 'own',
  user: 'own',
  processes: false,
  privileges: false,
  seccomp: true,
  memory: 'limited',
  missing: [],
};

const inProcess = { wallMs: 0, sandbox: 'process' } as const;

function unableToRun(executor: string): KoinonError {
  return new KoinonError({
    code: 'K_NOT_BUILT',
    message: `The executor of this world runs WebAssembly alone, and the job is for ${executor}.`,
    fault: 'platform',
    next: 'Give the node an executor that can.',
  });
}
