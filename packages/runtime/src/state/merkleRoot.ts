import { sha256 } from '@noble/hashes/sha2.js';

/** sha-256 of some bytes: 32 bytes. A host may hand in a faster one. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

const EMPTY = sha256(new Uint8Array());

/** Hash of a leaf: sha256(0x00 ‖ data), RFC 6962 section 2.1. */
export function leafHash(data: Uint8Array, hash: Hash = sha256): Uint8Array {
  const prefixed = new Uint8Array(data.length + 1);
  prefixed.set(data, 1);
  return hash(prefixed);
}

/** Root over leaf hashes: sha256(0x01 ‖ left ‖ right), split at the largest power of two; RFC 6962. */
export function rootOfLeaves(leaves: readonly Uint8Array[], hash: Hash = sha256): Uint8Array {
  if (leaves.length === 0) return EMPTY;
  // Pairing level by level, an odd one carried up, gives the same tree.
  let level = leaves;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i]!, level[i + 1]!, hash));
    if (level.length % 2 === 1) above.push(level[level.length - 1]!);
    level = above;
  }
  return level[0]!;
}

/** Hash of an inner node: sha256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash): Uint8Array {
  const node = new Uint8Array(65);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 33);
  return hash(node);
}
