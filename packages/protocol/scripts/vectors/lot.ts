import {
  drawAuditors,
  drawId,
  type Hex,
  isAudited,
  isDrawn,
  jurySeats,
  jurySeed,
  toHex,
  toWire,
} from '../../src/index.ts';
import { sampleBytes, sampleHex } from './sample.ts';

const KOIN = 10n ** 18n;
const operators = [0, 1, 2, 3].map(i => sampleHex(`operator ${i}`, 20));
const candidateSets = [
  [],
  [{ operator: operators[0]!, stake: 0n }],
  [{ operator: operators[0]!, stake: 1n }],
  operators.map((operator, i) => ({ operator, stake: BigInt(i) * 1000n * KOIN })),
  operators.map(operator => ({
    operator: operator.toUpperCase().replace('0X', '0x') as Hex,
    stake: 5n * KOIN,
  })),
  [...operators].reverse().map(operator => ({ operator, stake: 5n * KOIN })),
];

const LARGEST_STAKE = 2n ** 104n - 1n;
/** Nodes of a draw with the stake of all; shares from nothing over 2^-104 to everything. */
const stakings = [
  { total: 1n, stakes: [0n, 1n] },
  { total: 1_000n * KOIN, stakes: [0n, 1n, KOIN, 40n * KOIN, 333n * KOIN, 626n * KOIN - 1n] },
  { total: LARGEST_STAKE, stakes: [0n, 1n, LARGEST_STAKE / 3n, LARGEST_STAKE / 2n, LARGEST_STAKE] },
].map(({ total, stakes }) => ({
  total,
  nodes: stakes.map((stake, i) => ({ node: sampleHex(`node ${i}`, 20), stake })),
}));

/** Whether leaves are audited and who is drawn in which round; the contracts meet these as well. */
function draws() {
  return stakings.map(({ total, nodes }, i) => {
    const beacon = sampleHex(`beacon of draw ${i}`);
    const leaf = sampleBytes(`leaf of draw ${i}`);
    const seed = drawId(beacon, leaf);
    return {
      beacon,
      leaf: toHex(leaf),
      seed,
      rates: [0, 1, 100_000, 300_000, 500_000, 700_000, 900_000, 999_999, 1_000_000].map(ratePpm => ({
        ratePpm,
        isAudited: isAudited(seed, ratePpm),
      })),
      total: toWire(total),
      nodes: nodes.map(({ node, stake }) => ({
        node,
        stake: toWire(stake),
        drawn: [0, 1, 2, 3, 4, 5, 6, 64, 103, 104, 127].map(round => ({
          round,
          isDrawn: isDrawn(seed, round, node, stake, total),
        })),
      })),
    };
  });
}

/** Seats of juries; the contracts meet these as well. */
function juries() {
  return stakings.flatMap(({ total, nodes }, i) =>
    [7, 15, 2 ** 16 - 1].map((expected, round) => {
      const beacon = sampleHex(`beacon of jury ${i}`);
      const dispute = sampleHex(`dispute ${i}`);
      const seed = jurySeed(beacon, dispute, round);
      const seats = nodes.map(({ node, stake }) => ({
        node,
        stake: toWire(stake),
        seats: jurySeats(seed, node, stake, total, expected),
      }));
      return { beacon, dispute, round, seed, total: toWire(total), expected, seats };
    }),
  );
}

/** Whom the lot falls on among a list. The fifth and sixth list name the same candidates, in another order and letter case. */
function auditors() {
  return candidateSets.flatMap((candidates, set) =>
    [0, 1, 2].map(round => {
      const seed = drawId(sampleHex(`beacon ${Math.min(set, 4)} ${round}`), sampleBytes(`leaf ${round}`));
      const total = 40_000n * KOIN;
      return {
        seed,
        total: toWire(total),
        candidates: toWire(candidates),
        drawn: drawAuditors(seed, candidates, total) ?? null,
      };
    }),
  );
}

/** Coins, draws of auditors and juries. */
export function lotVectors() {
  return {
    about:
      'seed = sha256(beacon, leaf hash), of a jury sha256(beacon, dispute, u8 round). sha256 of the seed ‖ 0: the coin of the rate; ‖ 1 ‖ round ‖ node: a draw; ‖ 2 ‖ node: the fraction of a seat. auditors: the first round that falls on any candidate, and on whom.',
    auditors: auditors(),
    draws: draws(),
    juries: juries(),
  };
}
