import { sha256 } from '@noble/hashes/sha2.js';
import { type Hash, leafHash, rootOfLeaves } from './merkleRoot.ts';

const PAGE = 65536;

/**
 * Root over the pages of a linear memory, one 64 KiB page a leaf. Pages that are zero, or that have not
 * changed since the last root, are not hashed again.
 */
export class MemoryTree {
  private readonly hash: Hash;
  private readonly keepsPages: boolean;
  private readonly zero: Uint8Array;
  private leaves: Uint8Array[] = [];
  private last = new BigUint64Array(0);

  /** `keepsPages`: remember the pages, because more than one root will be asked for. */
  constructor(hash: Hash = sha256, keepsPages = false) {
    this.hash = hash;
    this.keepsPages = keepsPages;
    this.zero = leafHash(new Uint8Array(PAGE), hash);
  }

  root(memory: Uint8Array): Uint8Array {
    const words = new BigUint64Array(memory.buffer, memory.byteOffset, memory.length / 8);
    const pages = memory.length / PAGE;
    const known = this.last.length / (PAGE / 8);
    for (let page = 0; page < pages; page++) {
      const first = (page * PAGE) / 8;
      if (page < known && isSame(words, this.last, first)) continue;
      this.leaves[page] = isZero(words, first)
        ? this.zero
        : leafHash(memory.subarray(page * PAGE, (page + 1) * PAGE), this.hash);
    }
    if (this.keepsPages) {
      if (this.last.length !== words.length) this.last = words.slice();
      else this.last.set(words);
    }
    return rootOfLeaves(this.leaves, this.hash);
  }
}

function isZero(words: BigUint64Array, first: number): boolean {
  for (let i = first; i < first + PAGE / 8; i++) if (words[i] !== 0n) return false;
  return true;
}

function isSame(words: BigUint64Array, other: BigUint64Array, first: number): boolean {
  for (let i = first; i < first + PAGE / 8; i++) if (words[i] !== other[i]) return false;
  return true;
}
