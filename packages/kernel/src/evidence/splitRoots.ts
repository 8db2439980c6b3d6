import { type Hex, toHex } from '@koinon/protocol';

export const ROOT_BYTES = 32;

/** State roots as they are kept, one after the other. */
export function splitRoots(bytes: Uint8Array): Hex[] {
  return Array.from({ length: bytes.length / ROOT_BYTES }, (_, i) =>
    toHex(bytes.subarray(ROOT_BYTES * i, ROOT_BYTES * (i + 1))),
  );
}
