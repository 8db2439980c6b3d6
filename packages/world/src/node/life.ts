import type { Clock } from '@koinon/kernel';

/** From a start to the death that follows: when it is over, nothing that is left of it can do anything any more. */
export interface Life {
  readonly isOver: boolean;
  /** Its waits never end once it is over. */
  clock: Clock;
  /** It never comes back from what it was waiting for. */
  fence<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

export function beginLife(clock: Clock): Life {
  let isOver = false;
  const fence = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      work.then(
        value => void (isOver || resolve(value)),
        error => void (isOver || reject(error)),
      );
    });
  return {
    get isOver() {
      return isOver;
    },
    clock: { nowMs: clock.nowMs, wait: (ms, signal) => fence(clock.wait(ms, signal)) },
    fence,
    end: () => {
      isOver = true;
    },
  };
}
