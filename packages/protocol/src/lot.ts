import { fromHex, type Hex, sha256, toHex } from './bytes.ts';

export interface Candidate {
  operator: Hex;
  /** Base units of KOIN staked at the block before the anchor. */
  stake: bigint;
}

/** The seed of everything drawn about a leaf, and the draw an audit report names: sha256 of beacon ‖ leaf hash. */
export function drawId(beacon: Hex, leaf: Uint8Array): Hex {
  return toHex(sha256(fromHex(beacon), leaf));
}

const TWO_128 = 1n << 128n;
/** Rounds of a draw: by the last one everybody with stake is drawn. */
const ROUNDS = 128;

/** First 128 bits of sha256(seed ‖ parts). */
function random128(seed: Hex, ...parts: Uint8Array[]): bigint {
  return BigInt(toHex(sha256(fromHex(seed), ...parts).subarray(0, 16)));
}

/** Whether the lot has a leaf replayed at all; `ratePpm` in a million leaves are. `seed` is the leaf's `drawId`. */
export function isAudited(seed: Hex, ratePpm: number): boolean {
  const coin = BigInt(toHex(sha256(fromHex(seed), Uint8Array.of(0)).subarray(0, 8)));
  return coin * 1_000_000n < BigInt(ratePpm) << 64n;
}

/**
 * Whether round `round` (0 to 127) of a draw falls on a node: with chance stake / total x 2^round. A contract can tell
 * for one node without knowing the others.
 */
export function isDrawn(seed: Hex, round: number, node: Hex, stake: bigint, total: bigint): boolean {
  return random128(seed, Uint8Array.of(1, round), fromHex(node)) * total < stake << BigInt(128 + round);
}

/**
 * Who must replay a leaf: of the eligible nodes those that the first round falls on in which it falls on any; ascending.
 * Empty only when none of them has stake. `total` is the stake of all nodes, eligible or not.
 */
export function drawAuditors(
  seed: Hex,
  eligible: readonly Candidate[],
  total: bigint,
): { round: number; auditors: Hex[] } | undefined {
  const staked = eligible.filter(({ stake }) => stake > 0n);
  for (let round = 0; round < ROUNDS && staked.length > 0; round++) {
    const auditors = staked
      .filter(({ operator, stake }) => isDrawn(seed, round, operator, stake, total))
      .map(({ operator }) => operator.toLowerCase() as Hex);
    if (auditors.length > 0) return { round, auditors: auditors.sort() };
  }
  return undefined;
}

/** The seed of a jury: sha256 of beacon ‖ dispute id ‖ round of appeal. */
export function jurySeed(beacon: Hex, dispute: Hex, round: number): Hex {
  return toHex(sha256(fromHex(beacon), fromHex(dispute), Uint8Array.of(round)));
}

/**
 * Seats of a node in a jury of `expected` seats in expectation: its share of them, the fraction by lot. Splitting a stake over
 * many nodes changes no expectation.
 */
export function jurySeats(seed: Hex, node: Hex, stake: bigint, total: bigint, expected: number): number {
  if (total === 0n) return 0;
  const share = BigInt(expected) * stake;
  const isLucky = random128(seed, Uint8Array.of(2), fromHex(node)) * total < (share % total) * TWO_128;
  return Number(share / total) + (isLucky ? 1 : 0);
}
