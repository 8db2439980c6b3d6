import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flipBit, isCode, readVector } from '../../test/support.ts';
import { fromHex, sha256, toHex } from '../bytes.ts';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.ts';
import {
  EMPTY_ROOT,
  largestPowerOfTwoBelow,
  leafHash,
  memorySubtrees,
  nodeHash,
  rootOf,
  rootOfLeaves,
} from './tree.ts';

interface TreeVectors {
  leaves: string[];
  roots: string[];
  inclusion: Array<{ index: number; size: number; proof: string[] }>;
  consistency: Array<{ first: number; second: number; proof: string[] }>;
}
const vectors = readVector<TreeVectors>('rfc6962');
const datas = vectors.leaves.map(fromHex);
const hexOf = (hashes: readonly Uint8Array[]): string[] => hashes.map(hash => toHex(hash).slice(2));

/** MTH of RFC 6962, section 2.1, as it is written there. */
function obviousRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = largestPowerOfTwoBelow(leaves.length);
  return nodeHash(obviousRoot(leaves.slice(0, k)), obviousRoot(leaves.slice(k)));
}

/** A tree's leaves, and its root for any size up to theirs. */
const tree = fc.integer({ min: 1, max: 70 }).map(size => {
  const leaves = Array.from({ length: size }, (_, i) => leafHash(Uint8Array.of(i, size)));
  return {
    size,
    leaves,
    subtree: memorySubtrees(leaves),
    root: (n: number) => rootOfLeaves(leaves.slice(0, n)),
  };
});

test('roots, inclusion and consistency proofs are those of Certificate Transparency', () => {
  const subtree = memorySubtrees(datas.map(leafHash));
  assert.equal(vectors.roots.length, 9);
  for (const [size, root] of vectors.roots.entries()) {
    assert.equal(toHex(rootOf(datas.slice(0, size))), `0x${root}`);
  }
  assert.equal(vectors.inclusion.length, 36);
  for (const { index, size, proof } of vectors.inclusion) {
    assert.deepEqual(hexOf(inclusionProof(subtree, index, size)), proof);
    const root = fromHex(vectors.roots[size]!);
    assert.ok(
      verifyInclusion({ leaf: leafHash(datas[index]!), index, size, path: proof.map(fromHex), root }),
    );
  }
  assert.equal(vectors.consistency.length, 36);
  for (const { first, second, proof } of vectors.consistency) {
    assert.deepEqual(hexOf(consistencyProof(subtree, first, second)), proof);
    const [firstRoot, secondRoot] = [fromHex(vectors.roots[first]!), fromHex(vectors.roots[second]!)];
    assert.ok(verifyConsistency({ first, second, firstRoot, secondRoot, proof: proof.map(fromHex) }));
  }
});

test('the root is the one of the definition', () => {
  fc.assert(fc.property(tree, ({ leaves, size, root }) => assert.deepEqual(root(size), obviousRoot(leaves))));
  assert.deepEqual(rootOfLeaves([]), EMPTY_ROOT);
});

test('every leaf of every tree is proven, by at most log2 hashes', () => {
  fc.assert(
    fc.property(tree, fc.nat(), ({ size, leaves, subtree, root }, seed) => {
      const index = seed % size;
      const path = inclusionProof(subtree, index, size);
      assert.ok(path.length <= Math.ceil(Math.log2(size)));
      assert.ok(verifyInclusion({ leaf: leaves[index]!, index, size, path, root: root(size) }));
    }),
  );
});

test('a proof with anything altered proves nothing', () => {
  fc.assert(
    fc.property(tree, fc.nat(), fc.nat(), ({ size, leaves, subtree, root }, seed, bit) => {
      const index = seed % size;
      const path = inclusionProof(subtree, index, size);
      const good = { leaf: leaves[index]!, index, size, path, root: root(size) };
      const altered = [
        { ...good, leaf: flipBit(good.leaf, bit) },
        { ...good, root: flipBit(good.root, bit) },
        { ...good, path: [...path, leafHash(Uint8Array.of(9))] },
        { ...good, index: index + size },
        { ...good, index: -1 },
        { ...good, index: index + 0.5 },
        { ...good, size: 0 },
        { ...good, size: Number.NaN },
        { ...good, size: 2 ** 53 },
      ];
      if (path.length > 0) {
        const at = bit % path.length;
        altered.push({ ...good, path: path.slice(1) }, { ...good, path: path.slice(0, -1) });
        altered.push({ ...good, path: path.with(at, flipBit(path[at]!, bit)) });
      }
      for (let other = 0; other < size; other++) if (other !== index) altered.push({ ...good, index: other });
      for (const proof of altered) assert.ok(!verifyInclusion(proof), JSON.stringify(proof));
    }),
  );
});

test('every earlier tree is proven to be a prefix', () => {
  fc.assert(
    fc.property(tree, fc.nat(), ({ size, subtree, root }, seed) => {
      const first = seed % (size + 1);
      const proof = consistencyProof(subtree, first, size);
      assert.ok(
        verifyConsistency({ first, second: size, firstRoot: root(first), secondRoot: root(size), proof }),
      );
    }),
  );
});

test('a tree with another past, or a proof with anything altered, is not consistent', () => {
  fc.assert(
    fc.property(tree, fc.nat(), fc.nat(), ({ size, leaves, subtree, root }, seed, bit) => {
      const first = 1 + (seed % size);
      const proof = consistencyProof(subtree, first, size);
      const good = { first, second: size, firstRoot: root(first), secondRoot: root(size), proof };
      const forked = leaves.with(seed % first, leafHash(Uint8Array.of(1, 2, 3)));
      const altered = [
        { ...good, firstRoot: rootOfLeaves(forked.slice(0, first)) },
        { ...good, firstRoot: flipBit(good.firstRoot, bit) },
        { ...good, secondRoot: flipBit(good.secondRoot, bit) },
        { ...good, proof: [...proof, leafHash(Uint8Array.of(9))] },
        { ...good, first: size + 1 },
        { ...good, first: first - 0.5 },
        { ...good, second: Number.NaN },
      ];
      if (proof.length > 0) {
        const at = bit % proof.length;
        altered.push({ ...good, proof: proof.slice(1) }, { ...good, proof: proof.slice(0, -1) });
        altered.push({ ...good, proof: proof.with(at, flipBit(proof[at]!, bit)) });
      }
      for (const claim of altered) assert.ok(!verifyConsistency(claim), JSON.stringify(claim));
    }),
  );
});

test('only the empty root is a prefix of size nothing', () => {
  const secondRoot = rootOf(datas);
  const claim = { first: 0, second: 8, firstRoot: EMPTY_ROOT, secondRoot, proof: [] };
  assert.ok(verifyConsistency(claim));
  assert.ok(!verifyConsistency({ ...claim, firstRoot: secondRoot }));
  assert.ok(!verifyConsistency({ ...claim, proof: [secondRoot] }));
});

test('a proof of a leaf or a tree that is not there is refused', () => {
  const subtree = memorySubtrees(datas.map(leafHash));
  for (const [index, size] of [
    [8, 8],
    [-1, 8],
    [0.5, 8],
    [0, 0],
    [Number.NaN, 8],
  ] as const) {
    assert.throws(() => inclusionProof(subtree, index, size), isCode('K_LOG_RANGE'));
  }
  for (const [first, second] of [
    [5, 4],
    [-1, 4],
    [1.5, 4],
    [1, Number.NaN],
  ] as const) {
    assert.throws(() => consistencyProof(subtree, first, second), isCode('K_LOG_RANGE'));
  }
});
