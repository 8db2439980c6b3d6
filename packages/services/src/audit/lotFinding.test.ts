import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bigEndian64,
  drawAuditors,
  drawId,
  type Hex,
  rootOfLeaves,
  sha256,
  toHex,
  utf8,
} from '@koinon/protocol';
import fc from 'fast-check';
import { LogPeaks } from './logPeaks.ts';
import { mayBeDrawn } from './mayBeDrawn.ts';

test('peaks have the root of all leaves, however they are taken up again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70 }), fc.nat(70), (count, stop) => {
      const leaves = Array.from({ length: count }, (_, i) => sha256(bigEndian64(BigInt(i))));
      const first = new LogPeaks();
      for (const leaf of leaves.slice(0, stop)) first.add(leaf);
      const second = new LogPeaks(first.size, first.peaks);
      for (const leaf of leaves.slice(stop)) second.add(leaf);
      assert.equal(toHex(second.root()), toHex(rootOfLeaves(leaves)));
    }),
  );
});

test('whoever the lot can fall on, whatever the requester, sees that it may; whoever it cannot, mostly does not', () => {
  const node = (n: number): Hex => toHex(sha256(utf8.encode(`node ${n}`)).subarray(0, 20));
  // Nodes 0 and 1, and 2 and 3, have one owner each.
  const ownerOf = (operator: Hex): Hex => {
    const n = [0, 1, 2, 3, 4, 5].findIndex(each => node(each) === operator);
    return node(100 + (n < 4 ? Math.floor(n / 2) : n));
  };
  const candidates = [0, 1, 2, 3, 4, 5].map(n => ({ operator: node(n), stake: BigInt(10 + 7 * n) }));
  const total = candidates.reduce((sum, { stake }) => sum + stake, 0n) + 40n;
  const field = { stakeBlock: 1, total, candidates };
  let needless = 0;
  for (let i = 0; i < 400; i++) {
    const seed = drawId(toHex(sha256(utf8.encode('beacon'))), sha256(bigEndian64(BigInt(i))));
    const possible = new Set<Hex>();
    for (const requester of [undefined, ...new Set(candidates.map(({ operator }) => ownerOf(operator)))]) {
      const eligible = candidates.filter(({ operator }) => ownerOf(operator) !== requester);
      for (const auditor of drawAuditors(seed, eligible, total)!.auditors) possible.add(auditor);
    }
    for (const { operator } of candidates) {
      const may = mayBeDrawn(seed, field, operator, ownerOf);
      if (possible.has(operator)) assert.ok(may, `${i} ${operator}`);
      else if (may) needless++;
    }
  }
  assert.ok(needless < 40, `${needless} needless questions`);
});
