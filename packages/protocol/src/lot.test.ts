import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVector } from '../test/support.ts';
import { bigEndian64, fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { type Candidate, drawAuditors, drawId, isAudited, isDrawn, jurySeats, jurySeed } from './lot.ts';

interface LotVectors {
  auditors: Array<{
    seed: Hex;
    total: string;
    candidates: Array<{ operator: Hex; stake: string }>;
    drawn: { round: number; auditors: Hex[] } | null;
  }>;
  draws: Array<{
    beacon: Hex;
    leaf: Hex;
    seed: Hex;
    rates: Array<{ ratePpm: number; isAudited: boolean }>;
    total: string;
    nodes: Array<{ node: Hex; stake: string; drawn: Array<{ round: number; isDrawn: boolean }> }>;
  }>;
  juries: Array<{
    beacon: Hex;
    dispute: Hex;
    round: number;
    seed: Hex;
    total: string;
    expected: number;
    seats: Array<{ node: Hex; stake: string; seats: number }>;
  }>;
}
const vectors = readVector<LotVectors>('lot');
const operator = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes): Hex => toHex(bytes));
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Hex => toHex(bytes));
const candidates = fc.uniqueArray(fc.record({ operator, stake: fc.bigInt({ min: 0n, max: 10n ** 27n }) }), {
  selector: candidate => candidate.operator,
  maxLength: 8,
});
const sumOf = (among: readonly Candidate[]) => among.reduce((sum, { stake }) => sum + stake, 0n);
const number128 = (...parts: Uint8Array[]) => BigInt(toHex(sha256(...parts).subarray(0, 16)));
const nodeOf = (i: number): Hex => toHex(sha256(Uint8Array.of(i)).subarray(0, 20));

/** The rule told another way: in round k a node is drawn when a number below 1 is below 2^k of its share. */
function obviousDraw(of: Hex, among: readonly Candidate[], total: bigint) {
  for (let round = 0; round < 128; round++) {
    const auditors = among
      .filter(({ operator: node, stake }) => {
        const ticket = number128(fromHex(of), Uint8Array.of(1), Uint8Array.of(round), fromHex(node));
        return stake > 0n && ticket * total < stake * 2n ** BigInt(round) * 2n ** 128n;
      })
      .map(one => one.operator.toLowerCase());
    if (auditors.length > 0) return { round, auditors: auditors.sort() };
  }
  return undefined;
}

test('coins, draws, auditors and juries are those of the vectors', () => {
  assert.equal(vectors.auditors.length, 18);
  for (const { seed: of, total, candidates: wire, drawn } of vectors.auditors) {
    const among = wire.map(({ operator: node, stake }) => ({ operator: node, stake: BigInt(stake) }));
    assert.deepEqual(drawAuditors(of, among, BigInt(total)) ?? null, drawn);
    assert.deepEqual(obviousDraw(of, among, BigInt(total)) ?? null, drawn);
  }
  assert.ok(vectors.draws.length > 0 && vectors.juries.length > 0);
  for (const { beacon, leaf, seed: of, rates, total, nodes } of vectors.draws) {
    assert.equal(drawId(beacon, fromHex(leaf)), of);
    for (const { ratePpm, isAudited: said } of rates) assert.equal(isAudited(of, ratePpm), said);
    for (const { node, stake, drawn } of nodes) {
      for (const { round, isDrawn: said } of drawn) {
        assert.equal(isDrawn(of, round, node, BigInt(stake), BigInt(total)), said);
      }
    }
  }
  for (const { beacon, dispute, round, seed: of, total, expected, seats } of vectors.juries) {
    assert.equal(jurySeed(beacon, dispute, round), of);
    for (const { node, stake, seats: said } of seats) {
      assert.equal(jurySeats(of, node, BigInt(stake), BigInt(total), expected), said);
    }
  }
});

test('the lot falls on somebody with stake, whatever order or case the candidates come in', () => {
  fc.assert(
    fc.property(candidates, seed, fc.bigInt({ min: 0n, max: 10n ** 27n }), (among, of, others) => {
      const total = sumOf(among) + others;
      const drawn = drawAuditors(of, among, total);
      assert.deepEqual(drawn, obviousDraw(of, among, total));
      assert.deepEqual(drawAuditors(of, among.toReversed(), total), drawn);
      const loud = among.map(one => ({
        ...one,
        operator: `0x${one.operator.slice(2).toUpperCase()}` as Hex,
      }));
      assert.deepEqual(drawAuditors(of, loud, total), drawn);
      const staked = among.filter(({ stake }) => stake > 0n).map(({ operator: node }) => node);
      if (staked.length === 0) assert.equal(drawn, undefined);
      else assert.ok(drawn!.auditors.length > 0 && drawn!.auditors.every(node => staked.includes(node)));
    }),
  );
});

test('everybody with stake is drawn by the last round, and whoever has everything in the first', () => {
  fc.assert(
    fc.property(seed, operator, fc.bigInt({ min: 1n, max: 10n ** 27n }), (of, node, stake) => {
      assert.ok(isDrawn(of, 127, node, stake, 10n ** 27n), 'with all rounds gone, everybody is drawn');
      assert.ok(isDrawn(of, 0, node, 10n ** 27n, 10n ** 27n), 'who has everything is drawn at once');
    }),
  );
});

test('a coin falls at its rate, and never at none or always at all', () => {
  const leaves = 8_000;
  const beacon = toHex(sha256());
  const seeds = Array.from({ length: leaves }, (_, i) => drawId(beacon, sha256(bigEndian64(BigInt(i)))));
  const countAt = (ratePpm: number) => seeds.filter(of => isAudited(of, ratePpm)).length;
  assert.equal(countAt(0), 0);
  assert.equal(countAt(1_000_000), leaves);
  // Four standard deviations around the mean; the sample is fixed.
  assert.ok(Math.abs(countAt(100_000) - 800) < 4 * Math.sqrt(leaves * 0.1 * 0.9));
});

test('over many leaves each is drawn in the first round in proportion to its stake', () => {
  const leaves = 8_000;
  const shares = [1n, 2n, 5n, 12n, 0n];
  const beacon = toHex(sha256());
  for (const [i, share] of shares.entries()) {
    let count = 0;
    for (let leaf = 0; leaf < leaves; leaf++) {
      if (isDrawn(drawId(beacon, sha256(bigEndian64(BigInt(leaf)))), 0, nodeOf(i), share, 20n)) count++;
    }
    const expected = (leaves * Number(share)) / 20;
    if (share === 0n) assert.equal(count, 0);
    else assert.ok(Math.abs(count - expected) < 4 * Math.sqrt(expected), `${count} for ${expected}`);
  }
});

test('a jury has its seats in expectation, and splitting a stake gains none', () => {
  const total = 1_000n;
  let whole = 0;
  let split = 0;
  for (let i = 0; i < 2_000; i++) {
    const of = jurySeed(toHex(sha256(bigEndian64(BigInt(i)))), toHex(sha256()), 0);
    whole += jurySeats(of, nodeOf(0), 100n, total, 7);
    for (let part = 1; part <= 10; part++) split += jurySeats(of, nodeOf(part), 10n, total, 7);
  }
  assert.ok(Math.abs(whole - 1_400) < 4 * Math.sqrt(2_000 * 0.7 * 0.3), `${whole}`);
  assert.ok(Math.abs(split - 1_400) < 4 * Math.sqrt(20_000 * 0.07 * 0.93), `${split}`);
  assert.equal(jurySeats(toHex(sha256()), nodeOf(0), 500n, total, 8), 4);
  assert.equal(jurySeats(toHex(sha256()), nodeOf(0), 1n, 0n, 8), 0);
});
