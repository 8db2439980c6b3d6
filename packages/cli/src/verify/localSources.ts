import { createExecutor } from '@koinon/executors';
import { readShippedPrograms } from '@koinon/node';
import { type Hex, sha256, toHex } from '@koinon/protocol';
import type { Sources } from '@koinon/verify';

/** Longest a replay may take, milliseconds, and the memory it may hold, bytes. */
const REPLAY_MAX_RUN_MS = 600_000;
const REPLAY_MAX_MEMORY_BYTES = 2 ** 31;

/** What this machine knows by itself: the programs of this version, and how to run a job again in its own sandbox. */
export function localSources(options: {
  replay: boolean;
  onReplay(executor: string): void;
}): Pick<Sources, 'replay' | 'programs'> {
  const executor = createExecutor();
  const programs = shippedPrograms();
  return {
    ...(programs ? { programs } : {}),
    ...(options.replay
      ? {
          replay: async job => {
            options.onReplay(job.manifest.executor);
            return executor.run(job, {
              maxRunMs: REPLAY_MAX_RUN_MS,
              maxMemoryBytes: REPLAY_MAX_MEMORY_BYTES,
            });
          },
        }
      : {}),
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
