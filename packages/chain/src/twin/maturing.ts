/** Sums added in the present window and in the one before (Maturing.sol). */
export interface Maturing {
  older: bigint;
  newer: bigint;
  window: number;
}

/** Brought forward to `window`: what was added in window w matures when window w + 2 begins. */
export function rolled(sums: Maturing, window: number): { now: Maturing; matured: bigint } {
  const since = window - sums.window;
  if (since <= 0) return { now: sums, matured: 0n };
  if (since === 1) return { now: { older: sums.newer, newer: 0n, window }, matured: sums.older };
  return { now: { older: 0n, newer: 0n, window }, matured: sums.older + sums.newer };
}

export const nothing: Maturing = { older: 0n, newer: 0n, window: 0 };
