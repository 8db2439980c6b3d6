import { sha256 } from '../bytes.ts';
import { exponentOf, isPowerOfTwo } from '../exactly.ts';

/**
 * RFC 6962 Merkle trees over sha-256: leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right), the left subtree of n
 * leaves holds the largest power of two below n. Functions take leaf *hashes* unless named otherwise.
 */
const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** Hash of one leaf's data, 32 bytes. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, data);
}

/** Hash of two neighbouring subtrees, 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right);
}

/** Root of the empty tree: sha256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256();

/** Root over the leaf hashes, in their order. */
export function rootOfLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  return rangeRoot(memorySubtrees(leaves), 0, leaves.length);
}

/** Root over the data of the leaves. */
export function rootOf(datas: readonly Uint8Array[]): Uint8Array {
  return rootOfLeaves(datas.map(leafHash));
}

/**
 * Reads the hash of a *complete* subtree: the one of 2^level leaves whose first leaf is index·2^level. A log keeps
 * these on disk; a list of leaves computes them.
 */
export type SubtreeReader = (level: number, index: number) => Uint8Array;

export function memorySubtrees(leaves: readonly Uint8Array[]): SubtreeReader {
  const levels: Uint8Array[][] = [[...leaves]];
  return (level, index) => {
    for (let height = levels.length; height <= level; height++) {
      const below = levels[height - 1]!;
      const row: Uint8Array[] = [];
      for (let i = 0; i + 1 < below.length; i += 2) row.push(nodeHash(below[i]!, below[i + 1]!));
      levels.push(row);
    }
    return levels[level]![index]!;
  };
}

/** As `rangeRoot`; a log may remember some. */
export type RangeReader = (subtree: SubtreeReader, start: number, end: number) => Uint8Array;

/** Root over leaves [start, end); start is a multiple of the largest power of two below end − start. */
export function rangeRoot(subtree: SubtreeReader, start: number, end: number): Uint8Array {
  const size = end - start;
  if (size === 0) return EMPTY_ROOT;
  if (isPowerOfTwo(size)) return subtree(exponentOf(size), start / size);
  const split = largestPowerOfTwoBelow(size);
  return nodeHash(rangeRoot(subtree, start, start + split), rangeRoot(subtree, start + split, end));
}

/** Largest power of two strictly below n, for n ≥ 2. */
export function largestPowerOfTwoBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
