import { setTimeout } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** Looks again until there is an answer, and returns it. Throws what was waited for, `withinMs` later. */
export async function until<T>(
  what: string,
  withinMs: number,
  look: () => T | Promise<T>,
): Promise<NonNullable<Exclude<T, false>>> {
  const giveUpAtMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen as NonNullable<Exclude<T, false>>;
    if (performance.now() > giveUpAtMs) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** The result, or an error that names what took longer than `withinMs`. */
export async function within<T>(what: string, withinMs: number, promise: Promise<T>): Promise<T> {
  const ending = new AbortController();
  const late = setTimeout(withinMs, undefined, { signal: ending.signal }).then(() => {
    throw new Error(`Took longer than ${withinMs} ms: ${what}`);
  });
  late.catch(() => undefined);
  return Promise.race([promise, late]).finally(() => ending.abort());
}
