import { after, type Clock, type KoinonError } from '@koinon/protocol';
import { cancelled } from './errors.ts';

/** One call's end: by its own watch, or by the caller's signal. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #onExpiry: () => KoinonError;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort: () => void;
  #cancelTimer = () => {};

  constructor(clock: Clock, signal: AbortSignal | undefined, onExpiry: () => KoinonError) {
    this.#clock = clock;
    this.#onExpiry = onExpiry;
    this.#outer = signal;
    this.#onOuterAbort = () => this.#controller.abort(cancelled(signal?.reason));
    if (signal?.aborted) this.#onOuterAbort();
    else signal?.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the watch, or starts it again. */
  wind(timeoutMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = after(this.#clock, timeoutMs, () => this.#controller.abort(this.#onExpiry()));
  }

  /** The work's outcome, or the error of the deadline if that comes first. Ends the watch. */
  async race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    let onAbort = () => {};
    const over = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([over, work]);
    } finally {
      work.catch(() => {});
      signal.removeEventListener('abort', onAbort);
      this.#cancelTimer();
      this.#outer?.removeEventListener('abort', this.#onOuterAbort);
    }
  }
}
