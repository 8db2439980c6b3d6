import type { Clock } from '../ports/clock.ts';

/** A clock on which waiting takes a fraction of the time, so that tests of patience are quick. For tests. */
export function acceleratedClock(factor: number): Clock {
  const startedMs = Date.now();
  const originMs = 1_700_000_000_000;
  return {
    nowMs: () => originMs + (Date.now() - startedMs) * factor,
    wait: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms / factor);
        signal?.addEventListener('abort', done);
      }),
  };
}
