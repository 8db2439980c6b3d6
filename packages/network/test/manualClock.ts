import type { Clock } from '@koinon/protocol';

export interface ManualClock extends Clock {
  /** Moves time on and ends the waits that fell due, in order. */
  advance(ms: number): void;
}

export function manualClock(): ManualClock {
  let nowMs = 0;
  const waits = new Set<{ atMs: number; end: () => void }>();
  return {
    nowMs: () => nowMs,
    wait: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve();
        const wait = { atMs: nowMs + ms, end: resolve };
        waits.add(wait);
        signal?.addEventListener('abort', () => {
          waits.delete(wait);
          resolve();
        });
      }),
    advance(ms) {
      nowMs += ms;
      for (const wait of [...waits].sort((a, b) => a.atMs - b.atMs)) {
        if (wait.atMs <= nowMs && waits.delete(wait)) wait.end();
      }
    },
  };
}
