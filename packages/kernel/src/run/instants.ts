import { instantAfter } from '@koinon/privacy';
import { ascending, type Hex, KoinonError } from '@koinon/protocol';
import type { Clock } from '../ports/clock.ts';

/** Code of a failure that nobody outside is ever told of: its time would tell. */
export const UNTOLD = 'K_UNTOLD';

interface Waiter {
  dueMs: number;
  key: Hex;
  go(): void;
}

/**
 * The instants at which others may see what private work came to. So its time tells outsiders no more than which instant of
 * the grid it was, and their order no more than that: what is due together goes on in the order of the keys.
 */
export class Instants {
  readonly #clock: Clock;
  #waiting: Waiter[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for the next instant since `sinceMs`, when the work was begun: at once, or when others were told of work before it. Throws `K_UNTOLD` past the
   * last one.
   */
  async until(sinceMs: number, key: Hex, signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const elapsedMs = Math.max(0, nowMs - sinceMs);
    // Never the present one: what is due then waits already, in its order.
    const instantMs = instantAfter(elapsedMs + 1);
    if (instantMs === undefined) {
      throw new KoinonError({
        code: UNTOLD,
        message: 'The job ended after the last instant at which anybody may hear of it.',
        fault: 'platform',
      });
    }
    const waitMs = instantMs - elapsedMs;
    const dueMs = nowMs + waitMs;
    const turn = new Promise<void>(go => this.#waiting.push({ dueMs, key, go }));
    void this.#clock.wait(waitMs, signal).then(() => this.#goOn(dueMs));
    await turn;
    signal.throwIfAborted();
  }

  #goOn(dueMs: number): void {
    const due = this.#waiting.filter(waiter => waiter.dueMs <= dueMs);
    this.#waiting = this.#waiting.filter(waiter => waiter.dueMs > dueMs);
    due.sort((a, b) => a.dueMs - b.dueMs || ascending(a.key, b.key));
    for (const { go } of due) go();
  }
}
