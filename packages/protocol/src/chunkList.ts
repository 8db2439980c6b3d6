import { z } from 'zod';
import { concatBytes, type Hex, sha256, toHex } from './bytes.ts';
import { type Cid, cidOfDigest, cidOfNode, DAG_CBOR, parseCid, RAW } from './cid.ts';
import { decodeNode, encodeNode } from './codec.ts';
import { byteString } from './schema.ts';

/** A blob of at most this many bytes is named by its own digest; a larger one by the list of its chunks. */
export const BLOB_CHUNK_BYTES = 1 << 20;
/** Largest blob that any node accepts: 1 GiB. */
export const BLOB_MAX_BYTES = 1 << 30;

/** The list of a large blob's chunks, so that each is verified as it arrives. All but the last are full. */
export const chunkListSchema = z.strictObject({
  koinon: z.literal('chunks/1'),
  size: z
    .number()
    .int()
    .min(BLOB_CHUNK_BYTES + 1)
    .max(BLOB_MAX_BYTES),
  /** 32-byte digests, one after the other. */
  digests: byteString((BLOB_MAX_BYTES / BLOB_CHUNK_BYTES) * 32),
});
export type ChunkList = z.infer<typeof chunkListSchema>;

/** The name of any bytes: raw up to one chunk, else that of their chunk list. */
export function cidOfBytes(bytes: Uint8Array): Cid {
  if (bytes.length <= BLOB_CHUNK_BYTES) return cidOfDigest(sha256(bytes), RAW);
  return cidOfNode(chunkListOf(bytes));
}

export function chunkListOf(bytes: Uint8Array): ChunkList {
  const digests: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += BLOB_CHUNK_BYTES) {
    digests.push(sha256(bytes.subarray(offset, offset + BLOB_CHUNK_BYTES)));
  }
  return { koinon: 'chunks/1', size: bytes.length, digests: concatBytes(...digests) };
}

export function encodeChunkList(list: ChunkList): Uint8Array {
  return encodeNode(list);
}

/** Parses a chunk list whose chunk count fits its size. */
export function decodeChunkList(bytes: Uint8Array): ChunkList {
  return chunkListSchema
    .refine(list => list.digests.length === 32 * Math.ceil(list.size / BLOB_CHUNK_BYTES), 'wrong chunk count')
    .parse(decodeNode(bytes));
}

/** The digest of each chunk in order. */
export function chunkDigests(list: ChunkList): Hex[] {
  const count = list.digests.length / 32;
  return Array.from({ length: count }, (_, i) => toHex(list.digests.subarray(32 * i, 32 * i + 32)));
}

/** True when the name is that of a structure (a chunk list or another node) rather than of plain bytes. */
export function isNodeCid(cid: Cid): boolean {
  return parseCid(cid).codec === DAG_CBOR;
}
