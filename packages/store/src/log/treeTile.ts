import { TILE_HEIGHT, TILE_WIDTH } from '@koinon/protocol';
import { digestOf } from '#platform';

const HASH_BYTES = 32;
/** All hashes below the root of a full tile: 256 + 128 + … + 2. */
const HASHES = 2 * TILE_WIDTH - 2;
export const TILE_BYTES = HASHES * HASH_BYTES;
/** What a node's hash is over (RFC 6962): 1 and its two children. The platform's sha-256 is many times as fast here. */
const NODE = Uint8Array.of(1, ...new Uint8Array(2 * HASH_BYTES));

/**
 * The part of a Merkle tree below one node eight levels up, with its inner hashes, so that no proof has to hash:
 *
 *     height 0: hashes 0…255 | height 1: 256…383 | height 2: 384…447 | … | height 7: 508, 509
 *
 * A hash is written once, when its subtree is complete, and never changes.
 */
export class TreeTile {
  readonly bytes: Uint8Array;
  /** Hashes of height 0 there are. */
  width: number;

  /** A full tile from its bytes, or an empty one. */
  constructor(full?: Uint8Array) {
    this.bytes = full ?? new Uint8Array(TILE_BYTES);
    this.width = full ? TILE_WIDTH : 0;
  }

  get isFull(): boolean {
    return this.width === TILE_WIDTH;
  }

  /** The hash of the subtree over 2^height hashes, a view into the tile; undefined while that is incomplete. */
  at(height: number, index: number): Uint8Array | undefined {
    return (index + 1) * 2 ** height <= this.width ? this.#view(height, index) : undefined;
  }

  /** Root of a full tile. */
  root(): Uint8Array {
    return this.#parent(TILE_HEIGHT - 1, 0);
  }

  /** Adds a hash of height 0 and every inner one that it completes. The tile must not be full. */
  push(hash: Uint8Array): void {
    let index = this.width++;
    this.#view(0, index).set(hash);
    for (let height = 0; index % 2 === 1 && height < TILE_HEIGHT - 1; height++) {
      const inner = this.#parent(height, index - 1);
      index = (index - 1) / 2;
      this.#view(height + 1, index).set(inner);
    }
  }

  /** `nodeHash` of the hash at an even index and its neighbour, which lie side by side. */
  #parent(height: number, index: number): Uint8Array {
    NODE.set(this.#view(height, index, 2), 1);
    return digestOf(NODE);
  }

  #view(height: number, index: number, count = 1): Uint8Array {
    const at = (2 * TILE_WIDTH - 2 ** (TILE_HEIGHT + 1 - height) + index) * HASH_BYTES;
    return this.bytes.subarray(at, at + count * HASH_BYTES);
  }
}
