import type { Clock } from './clock.ts';

const wait =
  (isHolding: boolean): Clock['wait'] =>
  (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      if (!isHolding) (timer as { unref?(): void }).unref?.();
      signal?.addEventListener('abort', done);
    });

/** The machine's clock. A process does not end while somebody waits for it. */
export const systemClock: Clock = { nowMs: () => Date.now(), wait: wait(true) };

/** The same, whose time never goes back, and for which no process stays. For limits on what others do. */
export const backgroundClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  wait: wait(false),
};
