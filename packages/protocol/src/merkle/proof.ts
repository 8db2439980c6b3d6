import { equalBytes } from '../bytes.ts';
import { KoinonError } from '../errors.ts';
import { isPowerOfTwo } from '../exactly.ts';
import {
  EMPTY_ROOT,
  largestPowerOfTwoBelow,
  nodeHash,
  type RangeReader,
  rangeRoot,
  type SubtreeReader,
} from './tree.ts';

/**
 * Audit path of leaf `index` in the tree of `size` leaves, from the leaf upward (RFC 6962, 2.1.1). `rootOfRange` may
 * remember the ranges that end at `size`: all other hashes of the path are complete subtrees.
 */
export function inclusionProof(
  subtree: SubtreeReader,
  index: number,
  size: number,
  rootOfRange: RangeReader = rangeRoot,
): Uint8Array[] {
  requireRange(isRange(index, size) && index < size, `leaf ${index} is not in a tree of ${size}`);
  const path: Uint8Array[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + largestPowerOfTwoBelow(end - start);
    if (index < middle) {
      path.push(rootOfRange(subtree, middle, end));
      end = middle;
    } else {
      path.push(rootOfRange(subtree, start, middle));
      start = middle;
    }
  }
  return path.reverse();
}

/** True when the path leads from the leaf hash to the root (RFC 9162, 2.1.3.2). */
export function verifyInclusion(proof: {
  leaf: Uint8Array;
  index: number;
  size: number;
  path: readonly Uint8Array[];
  root: Uint8Array;
}): boolean {
  const { leaf, index, size, path, root } = proof;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let position = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) {
        position /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(hash, root);
}

/** Proof that the tree of `first` leaves is a prefix of the tree of `second` leaves (RFC 6962, 2.1.2). */
export function consistencyProof(
  subtree: SubtreeReader,
  first: number,
  second: number,
  rootOfRange: RangeReader = rangeRoot,
): Uint8Array[] {
  requireRange(isRange(first, second), `a tree of ${first} is no prefix of a tree of ${second}`);
  if (first === 0 || first === second) return [];
  const proof: Uint8Array[] = [];
  const descend = (start: number, end: number, size: number, isWhole: boolean): void => {
    if (size === end - start) {
      if (!isWhole) proof.push(rootOfRange(subtree, start, end));
      return;
    }
    const split = largestPowerOfTwoBelow(end - start);
    if (size <= split) {
      descend(start, start + split, size, isWhole);
      proof.push(rootOfRange(subtree, start + split, end));
    } else {
      descend(start + split, end, size - split, false);
      proof.push(rootOfRange(subtree, start, start + split));
    }
  };
  descend(0, second, first, true);
  return proof;
}

/** True when the proof shows `firstRoot` (of `first` leaves) to be a prefix of `secondRoot` (RFC 9162, 2.1.4.2). */
export function verifyConsistency(claim: {
  first: number;
  second: number;
  firstRoot: Uint8Array;
  secondRoot: Uint8Array;
  proof: readonly Uint8Array[];
}): boolean {
  const { first, second, firstRoot, secondRoot } = claim;
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 0 || first > second)
    return false;
  if (first === second) return claim.proof.length === 0 && equalBytes(firstRoot, secondRoot);
  if (first === 0) return claim.proof.length === 0 && equalBytes(firstRoot, EMPTY_ROOT);
  const path = isPowerOfTwo(first) ? [firstRoot, ...claim.proof] : [...claim.proof];
  if (path.length === 0) return false;
  let position = first - 1;
  let last = second - 1;
  while (position % 2 === 1) {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  let oldHash = path[0]!;
  let newHash = path[0]!;
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (position % 2 === 0 && position !== 0) {
        position /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(oldHash, firstRoot) && equalBytes(newHash, secondRoot);
}

function isRange(from: number, to: number): boolean {
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to;
}

function requireRange(ok: boolean, reason: string): void {
  if (!ok)
    throw new KoinonError({ code: 'K_LOG_RANGE', message: `No such proof: ${reason}.`, fault: 'peer' });
}
