import { createExecutor, stepOutcomeOf } from '@koinon/executors';
import { readShippedPrograms } from '@koinon/node/process';
import { type Hex, sha256, toHex } from '@koinon/protocol';
import type { ReplayJob, Sources, StepResult } from '@koinon/verify';

/** Longest a replay may take, milliseconds, and the memory it may hold, bytes. */
const REPLAY_MAX_RUN_MS = 600_000;
const REPLAY_MAX_MEMORY_BYTES = 2 ** 31;
const limits = { maxRunMs: REPLAY_MAX_RUN_MS, maxMemoryBytes: REPLAY_MAX_MEMORY_BYTES };

/** What this machine knows by itself: the programs of this version, and how to run a job again in its own sandbox. */
export function localSources(options: {
  replay: boolean;
  onReplay(executor: string): void;
}): Pick<Sources, 'replay' | 'replayStep' | 'programs'> {
  const executor = createExecutor();
  const programs = shippedPrograms();
  return {
    ...(programs ? { programs } : {}),
    ...(options.replay
      ? {
          replay: async job => {
            options.onReplay(job.manifest.executor);
            return executor.run(job, limits);
          },
          replayStep: async (job, step) => {
            options.onReplay(job.manifest.executor);
            return replayOneStep(executor, job, step);
          },
        }
      : {}),
  };
}

/** Runs one step alone: from the state given, else from where this machine's own run stands before it. */
async function replayOneStep(
  executor: ReturnType<typeof createExecutor>,
  job: ReplayJob,
  { index, from, fromRoot }: { index: number; from?: Uint8Array; fromRoot?: Hex },
): Promise<StepResult> {
  const own = from || index === 0 ? undefined : await executor.captureState(job, index - 1, limits);
  const state = from ?? own?.state;
  const root = fromRoot ?? own?.stateRoot;
  const replayed = await executor.replayStep(
    job,
    { index, ...(state && root ? { from: { state, root } } : {}) },
    limits,
  );
  return {
    ...stepOutcomeOf(replayed),
    ...(root ? { before: root } : {}),
    ...(own ? { roots: own.stepRoots.map(each => toHex(each)) } : {}),
    ...(state ? { state } : {}),
  };
}

/** Names by digest; undefined before the programs are built. */
function shippedPrograms(): Map<Hex, string> | undefined {
  try {
    return new Map([...readShippedPrograms()].map(([name, bytes]) => [toHex(sha256(bytes)), name]));
  } catch {
    return undefined;
  }
}
