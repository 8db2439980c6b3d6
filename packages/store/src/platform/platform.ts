import { equalBytes, fromHex, type Hex, sha256 } from '@koinon/protocol';

/** SHA-256 where there is no Node, 32 bytes. */
export function digestOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(a, b);
}

/** The bytes of what a schema found to be hexadecimal. */
export function bytesOfHex(hex: Hex): Uint8Array {
  return fromHex(hex);
}
