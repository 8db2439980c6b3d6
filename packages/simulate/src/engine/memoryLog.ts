import {
  type Hex,
  inclusionProof,
  type LoggedType,
  logLeafHash,
  memorySubtrees,
  rootOfLeaves,
  toHex,
} from '@koinon/protocol';

export interface MemoryLog {
  size(): number;
  append(type: LoggedType, digest: Hex, salt: Hex): number;
  leaf(index: number): Uint8Array;
  /** Root of the first `size` leaves. */
  root(size: number): Hex;
  path(index: number, size: number): Hex[];
}

/** The RFC 6962 log of a node, in memory; survives its crashes as a disk would. */
export function memoryLog(): MemoryLog {
  const leaves: Uint8Array[] = [];
  return {
    size: () => leaves.length,
    append: (type, digest, salt) => leaves.push(logLeafHash(type, digest, salt)) - 1,
    leaf: index => leaves[index]!,
    root: size => toHex(rootOfLeaves(leaves.slice(0, size))),
    path: (index, size) => inclusionProof(memorySubtrees(leaves.slice(0, size)), index, size).map(toHex),
  };
}
