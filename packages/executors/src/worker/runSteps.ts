import { type Checkpoint, checkpointParts, type ProgramInput, type RunInput } from '@koinon/runtime';
import { readCheckpoint, runFrom, STREAM_MAX_BYTES } from '../runFrom.ts';
import type { RunHeader } from './headers.ts';
import { hexOf } from './hex.ts';
import { send } from './pipe.ts';

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
