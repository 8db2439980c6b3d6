import {
  bigEndian64,
  drawAuditor,
  drawId,
  fromHex,
  type Hex,
  sha256,
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

/** Draws of an auditor. The fifth and sixth list name the same candidates, in another order and letter case. */
export function lotVectors() {
  return {
    about:
      'draw = sha256(beacon, leaf hash); ticket = first 128 bits of sha256(draw, be64 0) mod total stake, over candidates in ascending order of operator.',
    cases: candidateSets.flatMap((candidates, set) =>
      [0, 1, 2].map(round => {
        const beacon = sampleHex(`beacon ${Math.min(set, 4)} ${round}`);
        const leaf = sampleBytes(`leaf ${round}`);
        const draw = drawId(beacon, leaf);
        return {
          beacon,
          leaf: toHex(leaf),
          candidates: toWire(candidates),
          draw,
          random: toHex(sha256(fromHex(draw), bigEndian64(0n)).subarray(0, 16)),
          auditor: drawAuditor({ beacon, leaf, candidates }) ?? null,
        };
      }),
    ),
  };
}
