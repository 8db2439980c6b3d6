import { KoinonError } from '@koinon/protocol/errors';
import {
  type Checkpoint,
  checkpointParts,
  decodeCheckpoint,
  type ProgramInput,
  type RunInput,
  type RunResult,
  run,
} from '@koinon/runtime';
import type { RunHeader } from './headers.ts';
import { hexOf } from './hex.ts';
import { send } from './pipe.ts';

/** Bytes of each stream that are reported. */
const STREAM_MAX_BYTES = 64 * 1024;
/** A program of tiny steps would drown the host in news of each. */
const PROGRESS_EVERY_MS = 20;

/** Runs the job, from its checkpoint where there is one, and sends progress, checkpoints and the result. */
export async function runSteps(
  { checkpoints }: RunHeader,
  input: ProgramInput,
  checkpoint: Uint8Array | undefined,
): Promise<void> {
  const from = checkpoints?.resume ? readCheckpoint(checkpoint!, input) : undefined;
  const progress = progressReports();
  const whole: RunInput = { ...input, onProgress: progress.tell };
  if (checkpoints !== undefined) {
    const { everyFuel, maxBytes } = checkpoints;
    const take = (taken: Checkpoint) => {
      const parts = checkpointParts(taken);
      if (parts.reduce((sum, part) => sum + part.length, 0) <= maxBytes)
        send({ kind: 'checkpoint' }, [parts]);
    };
    const spacing = everyFuel === undefined ? {} : { everyFuel: BigInt(everyFuel) };
    Object.assign(whole, { checkpoints: { ...spacing, take } });
  }
  const { result, resumed } = await runFrom(whole, from);
  progress.flush();
  const { outputs, stdout, stderr, stepRoots, trap } = result;
  send(
    {
      kind: 'result',
      exitCode: result.exitCode,
      fuel: String(result.fuelUsed),
      traceRoot: hexOf(result.traceRoot),
      names: [...outputs.keys()],
      steps: stepRoots.length,
      resumed,
      ...(trap === undefined ? {} : { trap }),
    },
    [
      stdout.subarray(0, STREAM_MAX_BYTES),
      stderr.subarray(0, STREAM_MAX_BYTES),
      ...outputs.values(),
      Buffer.concat(stepRoots),
    ],
  );
}

/** A checkpoint that does not fit is what a crash or another version left behind: the run begins at the beginning. */
async function runFrom(
  input: RunInput,
  from: Checkpoint | undefined,
): Promise<{ result: RunResult; resumed: number }> {
  if (from !== undefined) {
    try {
      return { result: await run({ ...input, resumeFrom: from }), resumed: from.stepRoots.length };
    } catch (error) {
      if (!isAboutState(error)) throw error;
    }
  }
  return { result: await run(input), resumed: 0 };
}

function readCheckpoint(bytes: Uint8Array, { limits }: ProgramInput): Checkpoint | undefined {
  try {
    return decodeCheckpoint(bytes, limits);
  } catch (error) {
    if (isAboutState(error)) return undefined;
    throw error;
  }
}

function isAboutState(error: unknown): boolean {
  return error instanceof KoinonError && error.code.startsWith('K_STEP_STATE_');
}

/** Sends the newest progress now and then; `flush` sends what is left. */
function progressReports() {
  let sentAt = Number.NEGATIVE_INFINITY;
  let unsent: bigint | undefined;
  const flush = () => {
    if (unsent !== undefined) send({ kind: 'progress', fuel: String(unsent) });
    unsent = undefined;
  };
  const tell = ({ fuelUsed }: { fuelUsed: bigint }) => {
    unsent = fuelUsed;
    const now = performance.now();
    if (now - sentAt < PROGRESS_EVERY_MS) return;
    sentAt = now;
    flush();
  };
  return { tell, flush };
}
