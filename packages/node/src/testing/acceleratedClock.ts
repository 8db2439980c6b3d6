import type { Clock } from '@koinon/kernel';

const ORIGIN_MS = 1_700_000_000_000;
const TICK_MS = 1;
/** What a tick counts at most: a later one found the machine busy, and the work is not to be late for that. */
const LONGEST_TICK_MS = 4;
/** Files that are being read or written: time stands still until they are. */
const FILE_WORK = /^FSReq/;

interface Waiter {
  atMs: number;
  done(): void;
}

/**
 * A clock on which waiting takes a fraction of the time, so that tests of patience are quick. It goes on by turns of the
 * event loop, so that it never outruns the work on a slow machine. For tests.
 */
export function acceleratedClock(factor: number): Clock {
  const waiters = new Set<Waiter>();
  let nowMs = ORIGIN_MS;
  let lastMs = performance.now();

  const tick = (): void => {
    const realMs = performance.now();
    const passedMs = Math.min(realMs - lastMs, LONGEST_TICK_MS);
    lastMs = realMs;
    if (process.getActiveResourcesInfo().some(resource => FILE_WORK.test(resource))) return;
    nowMs += Math.floor(passedMs * factor);
    const due = [...waiters].filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
    for (const { done } of due) done();
  };
  // A clock that nobody waits for keeps no process alive.
  const timer = setInterval(tick, TICK_MS).unref();

  return {
    nowMs: () => nowMs,
    wait: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve();
        const waiter: Waiter = {
          atMs: nowMs + ms,
          done: () => {
            waiters.delete(waiter);
            if (waiters.size === 0) timer.unref();
            signal?.removeEventListener('abort', waiter.done);
            resolve();
          },
        };
        waiters.add(waiter);
        timer.ref();
        signal?.addEventListener('abort', waiter.done);
      }),
  };
}
