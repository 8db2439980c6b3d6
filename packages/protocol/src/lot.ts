import { bigEndian64, fromHex, type Hex, sha256, toHex } from './bytes.ts';

export interface Candidate {
  operator: Hex;
  /** Base units of KOIN staked at the block before the anchor. */
  stake: bigint;
}

/** What a draw is made from; all of it stands on chain, so anyone can repeat it. */
export interface LotInput {
  /** Hash of the first block after the one that anchored the leaf: nobody knew it when the leaf was fixed. */
  beacon: Hex;
  leaf: Uint8Array;
  candidates: readonly Candidate[];
}

/** Names the draw in an audit report: sha256 of beacon ‖ leaf hash. */
export function drawId(beacon: Hex, leaf: Uint8Array): Hex {
  return toHex(sha256(fromHex(beacon), leaf));
}

/**
 * The auditor the lot falls on: each candidate with a chance in proportion to its stake, or undefined when nobody has
 * any. Candidates are taken in ascending order of operator address; the ticket is the first 128 bits of
 * sha256(drawId ‖ be64 0) modulo the total stake (bias below 2^-32 for totals below 2^96).
 */
export function drawAuditor({ beacon, leaf, candidates }: LotInput): Hex | undefined {
  const staked = candidates
    .filter(candidate => candidate.stake > 0n)
    .sort((a, b) => (a.operator.toLowerCase() < b.operator.toLowerCase() ? -1 : 1));
  const total = staked.reduce((sum, candidate) => sum + candidate.stake, 0n);
  if (total === 0n) return undefined;
  const random = sha256(fromHex(drawId(beacon, leaf)), bigEndian64(0n)).subarray(0, 16);
  let ticket = BigInt(toHex(random)) % total;
  for (const candidate of staked) {
    if (ticket < candidate.stake) return candidate.operator.toLowerCase() as Hex;
    ticket -= candidate.stake;
  }
  return undefined;
}
