import type { Clock } from '../clock.ts';

interface Wait {
  atMs: number;
  order: number;
  resolve(): void;
}

/** A clock that jumps to the next thing somebody waits for as soon as nothing else is left to do. */
export function simulatedClock(startMs = 0): Clock {
  let nowMs = startMs;
  let order = 0;
  let scheduled = false;
  const waits = new Set<Wait>();

  function pump(): void {
    scheduled = false;
    const next = [...waits].sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
    if (next === undefined) return;
    waits.delete(next);
    nowMs = Math.max(nowMs, next.atMs);
    next.resolve();
    schedule();
  }

  function schedule(): void {
    if (scheduled || waits.size === 0) return;
    scheduled = true;
    setImmediate(() => setImmediate(pump));
  }

  return {
    nowMs: () => nowMs,
    wait: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve();
        const wait: Wait = { atMs: nowMs + ms, order: order++, resolve };
        waits.add(wait);
        signal?.addEventListener('abort', () => {
          waits.delete(wait);
          resolve();
        });
        schedule();
      }),
  };
}
