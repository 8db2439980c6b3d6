import type { Hex } from '@koinon/protocol';
import type { Trace } from './outcomes.ts';

/** What to ask for next: one state root, or nothing because a step to accuse is known. */
export type Search = { ask: number } | { step: number };

/**
 * Finds a step to accuse when the provider serves single roots only, one on-chain demand each, in log2(count) of them.
 * Invariant: before `low` both agree, at `high` they differ, so some step between has right input and wrong outcome. It need
 * not be the first one; any such step convicts. `count`: steps of the provider's trace, known to end unlike mine.
 */
export function searchStep(mine: Trace, count: number, served: ReadonlyMap<number, Hex>): Search {
  let low = 0;
  let high = Math.min(count, mine.roots.length) - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const root = served.get(middle);
    if (root === undefined) return { ask: middle };
    if (root === mine.roots[middle]) low = middle + 1;
    else high = middle;
  }
  return { step: low };
}
