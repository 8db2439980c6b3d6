import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bigEndian64, concatBytes, type Hex, toHex } from './bytes.ts';
import { rootOf } from './merkle/tree.ts';

/** Bytes of a chunk of a dataset's content; what an on-chain demand will be able to ask for. */
export const CONTENT_CHUNK_BYTES = 1024;

/**
 * The content root of a dataset: RFC 6962 root over the leaves HMAC-SHA256(salt, be64 index) ‖ chunk. Each leaf has
 * its own key, derived from the custodian's secret salt, so that the public root confirms no guess about the rows
 * and opening one chunk opens no other.
 */
export function contentRoot(bytes: Uint8Array, salt: Uint8Array): Hex {
  const leaves: Uint8Array[] = [];
  for (
    let index = 0, offset = 0;
    offset < bytes.length || index === 0;
    index++, offset += CONTENT_CHUNK_BYTES
  ) {
    const key = hmac(nobleSha256, salt, bigEndian64(BigInt(index)));
    leaves.push(concatBytes(key, bytes.subarray(offset, offset + CONTENT_CHUNK_BYTES)));
  }
  return toHex(rootOf(leaves));
}
