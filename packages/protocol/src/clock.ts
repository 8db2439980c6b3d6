/** The only source of time: handed in, so that a whole network can live in a time of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What waits; for what needs no time of day. */
export type Waiting = Pick<Clock, 'wait'>;

/** Runs it once after `ms`; the returned function takes that back. */
export function after(clock: Waiting, ms: number, run: () => void): () => void {
  const off = new AbortController();
  void clock.wait(ms, off.signal).then(() => {
    if (!off.signal.aborted) run();
  });
  return () => off.abort(TAKEN_BACK);
}

/** A reason at hand: one that is made for each abort has a stack, which costs more than what is waited for. */
const TAKEN_BACK = 'taken back';

/**
 * Does the work with a signal that aborts after `ms`, its reason an error with the name `TimeoutError`, or when `signal` does, with
 * that one's. Resolves and rejects as the work does, which has to heed its signal; nothing is waited for afterwards.
 */
export async function within<T>(
  clock: Waiting,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const end = new AbortController();
  const endEarly = () => end.abort(signal!.reason);
  if (signal?.aborted) endEarly();
  else signal?.addEventListener('abort', endEarly);
  const off = after(clock, ms, () => end.abort(new TimeoutError(ms)));
  try {
    return await work(end.signal);
  } finally {
    off();
    signal?.removeEventListener('abort', endEarly);
  }
}

/** Named as what the platform's own time limits throw. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(ms: number) {
    super(`It took longer than ${ms} ms.`);
  }
}
