import { Outcomes } from './outcomes.ts';

/** What a private job came to is seen first this long after it was accepted, or twice that, or twice that again … */
export const FIRST_INSTANT_MS = 250;
/** … up to six days. */
export const INSTANT_COUNT = 22;

/**
 * The first instant of the grid at or after so many milliseconds. Undefined past the last: by then the job was to have
 * failed.
 */
export function instantAfter(elapsedMs: number): number | undefined {
  for (let instantMs = FIRST_INSTANT_MS, k = 0; k < INSTANT_COUNT; instantMs *= 2, k++) {
    if (elapsedMs <= instantMs) return instantMs;
  }
  return undefined;
}

/** Something that is seen once, at one of the instants, or never. */
export function seenOnce(what: Outcomes): Outcomes {
  return what.and(Outcomes.of(INSTANT_COUNT)).orNone();
}
