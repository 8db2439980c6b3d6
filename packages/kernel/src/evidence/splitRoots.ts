import { type Hex, toHex } from '@koinon/protocol';

/** State roots as they are kept, 32 bytes each. */
export function splitRoots(bytes: Uint8Array): Hex[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => toHex(bytes.subarray(32 * i, 32 * i + 32)));
}
