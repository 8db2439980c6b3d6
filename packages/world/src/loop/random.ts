import { sha256, utf8 } from '@koinon/protocol';

/** Draws that follow from a seed and a label and nothing else: a new draw of one subject moves no other's. Not for secrets. */
export interface Random {
  /** 32 bytes. */
  bytes32(): Uint8Array;
  /** An integer from 0 up to `limit`, at most 2^32. */
  below(limit: number): number;
  /** True with a chance of so many in a million. */
  happens(ppm: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** The stream of a part of this subject. */
  of(label: string): Random;
}

export function randomOf(seed: string): Random {
  let draws = 0;
  const bytes32 = () => sha256(utf8.encode(`${seed}\n${draws++}`));
  const below = (limit: number) => {
    const [a, b, c, d, e, f] = bytes32() as unknown as [number, number, number, number, number, number];
    // 48 bits: for limits of 32 no remainder is more likely than another by more than 2^-16.
    const drawn = a * 2 ** 40 + b * 2 ** 32 + c * 2 ** 24 + d * 2 ** 16 + e * 2 ** 8 + f;
    return drawn % limit;
  };
  return {
    bytes32,
    below,
    happens: ppm => below(1_000_000) < ppm,
    pick: items => items[below(items.length)]!,
    of: label => randomOf(`${seed}/${label}`),
  };
}
