import { type Hex, sha256, toHex, utf8 } from '@koinon/protocol';

/** A stream of numbers that its seed repeats exactly. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0 and below `bound`. */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** 32 bytes. */
  bytes32(): Hex;
  /** A stream of its own: what is drawn from one never moves the other. */
  fork(name: string): Random;
}

/** sfc32 (Chris Doty-Humphrey's PractRand), seeded with the sha-256 of a text. */
export function random(seed: string): Random {
  const words = new DataView(sha256(utf8.encode(`koinon simulate\n${seed}`)).buffer);
  let [a, b, c, d] = [words.getInt32(0), words.getInt32(4), words.getInt32(8), 1];
  const word = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  const next = () => word() / 2 ** 32;
  let drawn = 0;
  return {
    next,
    below: bound => Math.floor(next() * bound),
    chance: probability => next() < probability,
    pick: items => items[Math.floor(next() * items.length)]!,
    bytes32: () => toHex(sha256(utf8.encode(`${seed}\n${drawn++}`))),
    fork: name => random(`${seed}\n${name}`),
  };
}
