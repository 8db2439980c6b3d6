import { EMPTY_ROOT, nodeHash } from '@koinon/protocol';

/** The hashes of a log's complete subtrees, the largest first: all that is needed to add leaves and know the root. */
export class LogPeaks {
  #size: number;
  readonly #peaks: Uint8Array[];

  constructor(size = 0, peaks: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly Uint8Array[] {
    return this.#peaks;
  }

  add(leaf: Uint8Array): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      hash = nodeHash(this.#peaks.pop()!, hash);
    this.#peaks.push(hash);
    this.#size++;
  }

  /** RFC 6962 root of all leaves added. */
  root(): Uint8Array {
    return this.#peaks.length === 0
      ? EMPTY_ROOT
      : this.#peaks.reduceRight((right, left) => nodeHash(left, right));
  }
}
