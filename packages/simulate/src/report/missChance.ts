/**
 * Chance that a draw names friends of the provider only: the exact ρ of `drawAuditors`, of which α is the usual bound. Each round
 * doubles every node's chance until somebody is named.
 */
export function missChance(others: readonly bigint[], friends: readonly bigint[], total: bigint): number {
  if (friends.length === 0) return 0;
  let reached = 1;
  let missed = 0;
  for (let round = 0; round < 128 && reached > 1e-12; round++) {
    const noOther = noneOf(others, total, round);
    const noFriend = noneOf(friends, total, round);
    missed += reached * noOther * (1 - noFriend);
    reached *= noOther * noFriend;
  }
  return missed;
}

function noneOf(stakes: readonly bigint[], total: bigint, round: number): number {
  let chance = 1;
  for (const stake of stakes) chance *= Math.max(0, 1 - (Number(stake) / Number(total)) * 2 ** round);
  return chance;
}
