import { sha256 } from '@noble/hashes/sha2.js';
import { type Hash, leafHash, nodeHash, rootOfLeaves } from './merkleRoot.ts';

const PAGE = 65536;
/** Copies of pages are set aside in blocks of at most so many, each behind the prefix of a leaf and where words begin. */
const BLOCK_PAGES = 64;
const SLOT_HEAD = 64;
const SLOT = SLOT_HEAD + PAGE;

/** Nobody writes to it. */
const ZERO_PAGE = new Uint8Array(PAGE);
let leafOfZeros: Uint8Array | undefined;

/** The same in every tree: hashing it costs more than a small step does. */
function zeroLeaf(): Uint8Array {
  leafOfZeros ??= leafHash(ZERO_PAGE);
  return leafOfZeros;
}

/** Whether two byte strings of one length are the same. A host may hand in a faster one. */
export type IsSame = (a: Uint8Array, b: Uint8Array) => boolean;

/**
 * What a tree keeps of a memory to compare the next with: copies of the pages that are not zero; the pages themselves, of a
 * memory that stays as it is; or nothing, because no other root will be asked for.
 */
export type Keep = 'copies' | 'pages' | 'nothing';

/**
 * Root over the pages of a linear memory, one 64 KiB page a leaf. Pages that have not changed since the root before are
 * not hashed again, nor are the nodes above them.
 */
export class MemoryTree {
  private readonly hash: Hash;
  private readonly isSame: IsSame;
  /** Leaf hashes, then the levels above them; the last has one node. */
  private levels: Uint8Array[][] = [[]];
  /** The pages as of the last root: the page of zeros, one of `own`, or a page of what was lent. */
  private kept: Uint8Array[] = [];
  /** Copies this tree may write to, each with the prefix of a leaf in front. */
  private readonly own = new Map<Uint8Array, Uint8Array>();
  /** What is left of the last block. */
  private block = new Uint8Array(0);
  /** One page behind the prefix of a leaf. */
  private readonly leaf = new Uint8Array(PAGE + 1);

  constructor(hash: Hash = sha256, isSame: IsSame = isSameInWords) {
    this.hash = hash;
    this.isSame = isSame;
  }

  /** The memory as it was when the last root was taken. */
  last(): Uint8Array {
    const memory = new Uint8Array(this.kept.length * PAGE);
    this.kept.forEach((page, i) => {
      if (page !== ZERO_PAGE) memory.set(page, i * PAGE);
    });
    return memory;
  }

  root(memory: Uint8Array, keep: Keep = 'nothing'): Uint8Array {
    const leaves = this.levels[0]!;
    const pages = memory.length / PAGE;
    const changed: number[] = [];
    for (let page = 0; page < pages; page++) {
      const now = memory.subarray(page * PAGE, (page + 1) * PAGE);
      const before = this.kept[page];
      if (before !== undefined && this.isSame(now, before)) continue;
      changed.push(page);
      const kept = this.keep(now, before, keep, pages);
      if (keep !== 'nothing') this.kept[page] = kept;
      leaves[page] = this.leafOf(kept);
    }
    this.rehash(changed);
    return this.levels.at(-1)![0] ?? rootOfLeaves([], this.hash);
  }

  /** What to keep for `page` of a memory of so many; in the place of `before` where that is the tree's own. */
  private keep(page: Uint8Array, before: Uint8Array | undefined, keep: Keep, pages: number): Uint8Array {
    if (keep === 'copies' && before !== undefined && this.own.has(before)) {
      before.set(page);
      return before;
    }
    if (this.isSame(page, ZERO_PAGE)) return ZERO_PAGE;
    if (keep !== 'copies') return page;
    if (this.block.length === 0) this.block = new Uint8Array(Math.min(BLOCK_PAGES, pages) * SLOT);
    const slot = this.block.subarray(0, SLOT);
    this.block = this.block.subarray(SLOT);
    const copy = slot.subarray(SLOT_HEAD);
    copy.set(page);
    this.own.set(copy, slot.subarray(SLOT_HEAD - 1));
    return copy;
  }

  private leafOf(kept: Uint8Array): Uint8Array {
    if (kept === ZERO_PAGE) return zeroLeaf();
    const prefixed = this.own.get(kept);
    if (prefixed !== undefined) return this.hash(prefixed);
    this.leaf.set(kept, 1);
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

/** Whether a page holds nothing but zeros. */
export function isZero(page: Uint8Array): boolean {
  const words = new BigUint64Array(page.buffer, page.byteOffset, PAGE / 8);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0n) return false;
  return true;
}

function isSameInWords(a: Uint8Array, b: Uint8Array): boolean {
  const x = new BigUint64Array(a.buffer, a.byteOffset, a.length / 8);
  const y = new BigUint64Array(b.buffer, b.byteOffset, b.length / 8);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
