import { hash } from 'node:crypto';
import type { Hex } from '@koinon/protocol';

/** SHA-256 by Node, 32 bytes: several times faster than the portable one. */
export function digestOf(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The bytes of what a schema found to be hexadecimal. */
export function bytesOfHex(hex: Hex): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}
