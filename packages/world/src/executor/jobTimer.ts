import { hostAborted, hostTimeout, type StepOptions } from '@koinon/executors/port';
import type { Clock } from '@koinon/kernel';

/** How far a job has come on the clock. */
export interface JobTimer {
  /**
   * Resolves when the job has had the time that so much fuel takes, at once where it has. Throws `K_HOST_ABORTED` when it is
   * called off, `K_HOST_TIMEOUT` when it has run as long as it may and the fuel takes longer.
   */
  reach(fuel: bigint): Promise<void>;
}

/** Begins to count. Throws `K_HOST_ABORTED` for a job that was called off before. */
export function jobTimer(
  clock: Clock,
  fuelPerSecond: number,
  { signal, maxRunMs }: Pick<StepOptions, 'signal' | 'maxRunMs'>,
): JobTimer {
  const startedAtMs = clock.nowMs();
  const requireWanted = () => {
    if (signal?.aborted) throw hostAborted(signal.reason);
  };
  requireWanted();
  return {
    reach: async fuel => {
      const takesMs = Math.ceil((Number(fuel) * 1000) / fuelPerSecond);
      const leftMs = startedAtMs + Math.min(takesMs, maxRunMs) - clock.nowMs();
      if (leftMs > 0) await clock.wait(leftMs, signal);
      requireWanted();
      if (takesMs > maxRunMs) throw hostTimeout(maxRunMs);
    },
  };
}
