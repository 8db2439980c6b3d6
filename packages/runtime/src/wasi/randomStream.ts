import { chacha20 } from '@noble/ciphers/chacha.js';
import { fail } from './errno.ts';

const BLOCK = 64;
/** Blocks of one key and nonce in RFC 8439: its counter has 32 bits. */
export const MAX_RANDOM_BYTES = BLOCK * 2 ** 32;

/** The stream of random bytes: ChaCha20 (RFC 8439) under the seed, nonce zero, from block 0. */
export class RandomStream {
  private readonly seed: Uint8Array;
  /** Bytes drawn so far. */
  position = 0;

  constructor(seed: Uint8Array) {
    this.seed = seed;
  }

  draw(into: Uint8Array): void {
    if (this.position + into.length > MAX_RANDOM_BYTES) fail('IO');
    const block = Math.floor(this.position / BLOCK);
    const skip = this.position % BLOCK;
    const stream = chacha20(
      this.seed,
      new Uint8Array(12),
      new Uint8Array(skip + into.length),
      undefined,
      block,
    );
    into.set(stream.subarray(skip));
    this.position += into.length;
  }
}
