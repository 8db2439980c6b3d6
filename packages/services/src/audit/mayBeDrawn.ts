import type { Field } from '@koinon/kernel';
import { type Hex, isDrawn } from '@koinon/protocol';

/** Rounds of a draw. */
const ROUNDS = 128;

/**
 * Whether the lot of a leaf may fall on `self` when its requester is not known yet: the requester's owner is barred too, so a
 * round that fell on the nodes of one owner alone may turn out not to count. The draw itself decides later.
 */
export function mayBeDrawn(
  seed: Hex,
  { candidates, total }: Field,
  self: Hex,
  ownerOf: (operator: Hex) => Hex | undefined,
): boolean {
  let barred: Hex | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    let owner: Hex | undefined;
    for (const { operator, stake } of candidates) {
      const theirs = ownerOf(operator) ?? operator;
      if (theirs === barred || stake === 0n || !isDrawn(seed, round, operator, stake, total)) continue;
      if (operator === self) return true;
      if (owner !== undefined && owner !== theirs) return isSelfDrawn(round);
      owner = theirs;
    }
    if (owner === undefined) continue;
    if (barred !== undefined || owner === (ownerOf(self) ?? self)) return false;
    barred = owner;
  }
  return false;

  function isSelfDrawn(round: number): boolean {
    const me = candidates.find(({ operator }) => operator === self);
    return me !== undefined && isDrawn(seed, round, self, me.stake, total);
  }
}
