import { bigEndian64, concatBytes, KoinonError, sha256 } from '@koinon/protocol';

/** Numbers that follow from a seed alone, the same on every machine. */
export interface SeededRandom {
  /** A whole number from 0 to `limit` - 1, each equally likely; limit 1 to 2^32. */
  below(limit: number): number;
  /** From 0 to below 1, in steps of 2^-32. */
  unit(): number;
  /** Mean 0, deviation 1, within ±6: twelve units added up, which every machine does alike (no log, no cosine). */
  bell(): number;
}

/** Words of sha256(seed ‖ be64 counter), big-endian, eight to a block. */
export function seededRandom(seed: Uint8Array): SeededRandom {
  let counter = 0n;
  let block: DataView = new DataView(new ArrayBuffer(0));
  let used = 0;
  const word = (): number => {
    if (used === block.byteLength) {
      block = new DataView(sha256(concatBytes(seed, bigEndian64(counter++))).buffer);
      used = 0;
    }
    used += 4;
    return block.getUint32(used - 4);
  };
  const unit = () => word() / 2 ** 32;
  return {
    below: limit => {
      const usable = 2 ** 32 - (2 ** 32 % limit);
      for (;;) {
        const drawn = word();
        if (drawn < usable) return drawn % limit;
      }
    },
    unit,
    bell: () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += unit();
      return sum;
    },
  };
}

/** The 32 bytes of a seed given as such or as a whole number. */
export function seedBytes(seed: Uint8Array | number): Uint8Array {
  if (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0)
    return sha256(bigEndian64(BigInt(seed)));
  if (seed instanceof Uint8Array && seed.length === 32) return seed;
  throw new KoinonError({
    code: 'K_BAD_SEED',
    message: 'A seed is 32 bytes or a whole number.',
    fault: 'user',
  });
}
