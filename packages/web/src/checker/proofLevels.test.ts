import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inclusionProof, leafHash, memorySubtrees, rootOfLeaves, toHex } from '@koinon/protocol';
import fc from 'fast-check';
import { proofLevels } from './proofLevels.ts';

const treeOf = (size: number) => Array.from({ length: size }, (_, i) => leafHash(Uint8Array.of(i, i >> 8)));
const proofOf = (leaves: Uint8Array[], index: number) => ({
  index,
  size: leaves.length,
  path: inclusionProof(memorySubtrees(leaves), index, leaves.length).map(toHex),
  root: toHex(rootOfLeaves(leaves)),
});
const place = fc.integer({ min: 1, max: 70 }).chain(size => fc.tuple(fc.constant(size), fc.nat(size - 1)));

test('the drawn way ends at the root of the log for every entry of every log', () => {
  fc.assert(
    fc.property(place, ([size, index]) => {
      const leaves = treeOf(size);
      const proof = proofOf(leaves, index);
      const { isIncluded, levels } = proofLevels(leaves[index]!, proof);
      assert.ok(isIncluded);
      assert.equal(levels.length, proof.path.length + 1);
      assert.equal(levels[0]!.hash, toHex(leaves[index]!));
      assert.equal(levels.at(-1)!.hash, proof.root);
    }),
  );
});

test('an altered entry does not arrive at the root', () => {
  fc.assert(
    fc.property(place, ([size, index]) => {
      const leaves = treeOf(size);
      const { isIncluded, levels } = proofLevels(leafHash(Uint8Array.of(255, 255)), proofOf(leaves, index));
      assert.equal(isIncluded, false);
      assert.notEqual(levels.at(-1)!.hash, toHex(rootOfLeaves(leaves)));
    }),
  );
});
