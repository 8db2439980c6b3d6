import { type RangeReader, rangeRoot } from '@koinon/protocol';

/**
 * Roots of the ranges that reach to the ragged right end of a tree. Every proof for one size needs some of the same few,
 * and they are the only hashes of a proof that no tile holds.
 */
export class RightEdge {
  #end = 0;
  readonly #roots = new Map<number, Uint8Array>();

  /** As `rangeRoot`, a copy; remembers the ranges of the last end it was asked for. */
  readonly root: RangeReader = (subtree, start, end) => {
    if (Number.isInteger(Math.log2(end - start))) return rangeRoot(subtree, start, end);
    if (end !== this.#end) this.#roots.clear();
    this.#end = end;
    let root = this.#roots.get(start);
    if (!root) {
      root = rangeRoot(subtree, start, end);
      this.#roots.set(start, root);
    }
    return root.slice();
  };
}
