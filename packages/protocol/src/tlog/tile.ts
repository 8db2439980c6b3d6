import { concatBytes } from '../bytes.ts';
import { KoinonError } from '../errors.ts';
import { nodeHash, type SubtreeReader } from '../merkle/tree.ts';

/** Levels of the Merkle tree that one tile stands for (C2SP tlog-tiles). */
export const TILE_HEIGHT = 8;
/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/** How many hashes tile `index` of `level` has in a log of `size` entries: 0 for none, 256 for a full one. */
export function tileWidth(level: number, index: number, size: number): number {
  // 256^level as a power of two: exact in a double, and beyond every size from level 7 on.
  const hashes = Math.floor(size / 2 ** (TILE_HEIGHT * level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** The bytes of a tile: `width` hashes of complete subtrees of 256^level leaves each, from hash 256·index on. */
export function encodeTile(
  subtree: SubtreeReader,
  { level, index, width }: { level: number; index: number; width: number },
): Uint8Array {
  const hashes = Array.from({ length: width }, (_, i) =>
    subtree(TILE_HEIGHT * level, index * TILE_WIDTH + i),
  );
  return concatBytes(...hashes);
}

/** The hashes of a tile. Throws `K_TILE` unless there are exactly `width`. */
export function decodeTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw new KoinonError({
      code: 'K_TILE',
      message: `A tile of ${width} hashes has ${width * HASH_BYTES} bytes, not ${bytes.length}.`,
      fault: 'peer',
    });
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/**
 * Complete subtrees of a log read from its tiles, for proofs that a client makes itself. `read` returns the hashes of
 * the widest version of the tile, and is called again for each hash: remember what it fetched.
 */
export function subtreesOfTiles(
  read: (level: number, index: number) => readonly Uint8Array[],
): SubtreeReader {
  return (level, index) => {
    const height = level % TILE_HEIGHT;
    const first = index * 2 ** height;
    const hashes = read(Math.floor(level / TILE_HEIGHT), Math.floor(first / TILE_WIDTH));
    let row = hashes.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + 2 ** height);
    if (row.length !== 2 ** height) {
      throw new KoinonError({ code: 'K_TILE', message: 'The tile is too narrow.', fault: 'peer' });
    }
    for (; row.length > 1; ) {
      row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!));
    }
    return row[0]!;
  };
}
