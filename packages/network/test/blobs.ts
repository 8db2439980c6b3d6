import {
  BLOB_CHUNK_BYTES,
  type Cid,
  chunkListOf,
  cidOfBlob,
  cidOfBytes,
  encodeChunkList,
} from '@koinon/protocol';
import type { BlobSource } from '../src/network.ts';

/** Bytes that differ from place to place. */
export function patternBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** The parts of the blobs by name: chunks, and the lists of the large ones. */
export function partsOf(...blobs: Uint8Array[]): Map<Cid, Uint8Array> {
  const parts = new Map<Cid, Uint8Array>();
  for (const blob of blobs) {
    const isLarge = blob.length > BLOB_CHUNK_BYTES;
    parts.set(cidOfBytes(blob), isLarge ? encodeChunkList(chunkListOf(blob)) : blob);
    for (let offset = 0; isLarge && offset < blob.length; offset += BLOB_CHUNK_BYTES) {
      const chunk = blob.subarray(offset, offset + BLOB_CHUNK_BYTES);
      parts.set(cidOfBlob(chunk), chunk);
    }
  }
  return parts;
}

export function sourceOf(parts: Map<Cid, Uint8Array>): BlobSource {
  return { part: async cid => parts.get(cid) };
}
