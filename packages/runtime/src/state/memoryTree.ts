import { sha256 } from '@noble/hashes/sha2.js';
import { type Hash, nodeHash, rootOfLeaves } from './merkleRoot.ts';

const PAGE = 65536;
const WORDS = PAGE / 8;

/** Whether two byte strings of one length are the same. A host may hand in a faster one. */
export type IsSame = (a: Uint8Array, b: Uint8Array) => boolean;

/**
 * Root over the pages of a linear memory, one 64 KiB page a leaf. With `keepsPages` it holds a copy of the memory as
 * of the last root: pages that have not changed since are not hashed again, nor are the nodes above them.
 */
export class MemoryTree {
  private readonly hash: Hash;
  private readonly isSame: IsSame;
  private readonly keepsPages: boolean;
  private readonly zeroLeaf: Uint8Array;
  /** Leaf hashes, then the levels above them; the last has one node. */
  private levels: Uint8Array[][] = [[]];
  /** The memory as of the last root. */
  private kept = new Uint8Array(0);
  /** One page behind the prefix of a leaf. */
  private readonly leaf = new Uint8Array(PAGE + 1);

  /** `keepsPages`: more than one root will be asked for. */
  constructor(hash: Hash = sha256, keepsPages = false, isSame: IsSame = isSameInWords) {
    this.hash = hash;
    this.isSame = isSame;
    this.keepsPages = keepsPages;
    this.zeroLeaf = hash(this.leaf);
  }

  /** The memory as it was when the last root was taken; valid until the next. */
  get last(): Uint8Array {
    return this.kept;
  }

  root(memory: Uint8Array): Uint8Array {
    const leaves = this.levels[0]!;
    const pages = memory.length / PAGE;
    const known = this.kept.length / PAGE;
    // Memory only grows; what is new is zero in the copy, and compared like the rest.
    if (this.keepsPages && pages !== known) this.kept = grown(this.kept, memory.length);
    const changed: number[] = [];
    for (let page = 0; page < pages; page++) {
      const now = memory.subarray(page * PAGE, (page + 1) * PAGE);
      if (this.keepsPages) {
        const before = this.kept.subarray(page * PAGE, (page + 1) * PAGE);
        if (this.isSame(now, before)) {
          if (page < known) continue;
          leaves[page] = this.zeroLeaf;
        } else {
          before.set(now);
          leaves[page] = this.leafOf(now);
        }
      } else leaves[page] = this.leafOf(now);
      changed.push(page);
    }
    if (!this.keepsPages) return rootOfLeaves(leaves.slice(0, pages), this.hash);
    this.rehash(changed);
    return this.levels.at(-1)![0] ?? rootOfLeaves([], this.hash);
  }

  private leafOf(page: Uint8Array): Uint8Array {
    if (isZero(page)) return this.zeroLeaf;
    this.leaf.set(page, 1);
    return this.hash(this.leaf);
  }

  /** Brings the nodes above the leaves with these indices, which ascend, up to date. */
  private rehash(changed: readonly number[]): void {
    let below = this.levels[0]!;
    let dirty = changed;
    let height = 1;
    for (; below.length > 1; height++) {
      this.levels[height] ??= [];
      const level: Uint8Array[] = this.levels[height]!;
      const above: number[] = [];
      for (const index of dirty) {
        const parent = index >> 1;
        if (above.at(-1) === parent) continue;
        above.push(parent);
        const [left, right] = [below[2 * parent]!, below[2 * parent + 1]];
        // An odd one is carried up as it is.
        level[parent] = right === undefined ? left : nodeHash(left, right, this.hash);
      }
      below = level;
      dirty = above;
    }
    this.levels.length = height;
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}

/** Whether a page holds nothing but zeros. */
export function isZero(page: Uint8Array): boolean {
  const words = new BigUint64Array(page.buffer, page.byteOffset, WORDS);
  for (let i = 0; i < WORDS; i++) if (words[i] !== 0n) return false;
  return true;
}

function isSameInWords(a: Uint8Array, b: Uint8Array): boolean {
  const x = new BigUint64Array(a.buffer, a.byteOffset, a.length / 8);
  const y = new BigUint64Array(b.buffer, b.byteOffset, b.length / 8);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
