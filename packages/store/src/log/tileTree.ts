import { type SubtreeReader, TILE_HEIGHT, TILE_WIDTH } from '@koinon/protocol';
import { TreeTile } from './treeTile.ts';

/** Where the full tiles of a log are kept. */
export interface TileShelf {
  /** The bytes of a full tile. */
  read(level: number, position: number): Uint8Array | undefined;
  write(level: number, position: number, bytes: Uint8Array): void;
}

/** Full tiles kept in memory, 16 KiB each: the newest ones and those near the root serve nearly every proof. */
const CACHED_TILES = 1024;

/**
 * The Merkle tree of a log: the last, unfinished tile of each level in memory, full ones on the shelf. Appending costs
 * two hashes a leaf and one row for each 256; a proof reads one tile for each eight levels.
 */
export class TileTree {
  readonly #shelf: TileShelf;
  /** The unfinished tile of each level, and how many full ones stand before it. */
  readonly #edges: { tile: TreeTile; position: number }[] = [];
  /** Full tiles in two generations: one that is used stays, as the older generation is what goes. */
  #young = new Map<number, TreeTile>();
  #old = new Map<number, TreeTile>();
  #size = 0;

  constructor(shelf: TileShelf) {
    this.#shelf = shelf;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds leaves; full tiles go to the shelf at once. */
  append(leaves: Iterable<Uint8Array>): void {
    for (const leaf of leaves) {
      this.#push(0, leaf);
      this.#size++;
    }
  }

  /** Takes up a tree whose full tiles are on the shelf, given the leaves behind the last full tile of level 0. */
  resume(size: number, lastLeaves: readonly Uint8Array[]): void {
    this.#size = size;
    let below = Math.floor(size / TILE_WIDTH);
    this.#edges.push({ tile: filled(lastLeaves), position: below });
    for (let level = 1; below > 0; level++) {
      const position = Math.floor(below / TILE_WIDTH);
      const roots: Uint8Array[] = [];
      for (let child = position * TILE_WIDTH; child < below; child++) {
        roots.push(this.#fullTile(level - 1, child).root());
      }
      this.#edges.push({ tile: filled(roots), position });
      below = position;
    }
  }

  /** Hash of a complete subtree: a copy, so that nobody holds or changes a tile. Throws for one not complete. */
  readonly subtree: SubtreeReader = (level, index) => {
    const height = level % TILE_HEIGHT;
    const position = Math.floor((index * 2 ** height) / TILE_WIDTH);
    const tile = this.#tile((level - height) / TILE_HEIGHT, position);
    const hash = tile.at(height, index - position * 2 ** (TILE_HEIGHT - height));
    if (!hash) throw new RangeError(`subtree ${index} of level ${level} is not complete`);
    return hash.slice();
  };

  #push(level: number, hash: Uint8Array): void {
    if (level === this.#edges.length) this.#edges.push({ tile: new TreeTile(), position: 0 });
    const edge = this.#edges[level]!;
    edge.tile.push(hash);
    if (!edge.tile.isFull) return;
    this.#shelf.write(level, edge.position, edge.tile.bytes);
    this.#remember(edge.position * 64 + level, edge.tile);
    this.#push(level + 1, edge.tile.root());
    this.#edges[level] = { tile: new TreeTile(), position: edge.position + 1 };
  }

  #tile(level: number, position: number): TreeTile {
    const edge = this.#edges[level];
    return edge?.position === position ? edge.tile : this.#fullTile(level, position);
  }

  #fullTile(level: number, position: number): TreeTile {
    const name = position * 64 + level;
    const young = this.#young.get(name);
    if (young) return young;
    const old = this.#old.get(name);
    if (old) return this.#remember(name, old);
    const bytes = this.#shelf.read(level, position);
    if (!bytes) throw new RangeError(`tile ${position} of level ${level} is missing`);
    return this.#remember(name, new TreeTile(bytes));
  }

  #remember(name: number, tile: TreeTile): TreeTile {
    if (this.#young.size >= CACHED_TILES / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, tile);
    return tile;
  }
}

function filled(hashes: readonly Uint8Array[]): TreeTile {
  const tile = new TreeTile();
  for (const hash of hashes) tile.push(hash);
  return tile;
}
