import {
  BLOB_CHUNK_BYTES,
  bigEndian32,
  type Cid,
  cidOfDigest,
  DAG_CBOR,
  parseCid,
  RAW,
} from '@koinon/protocol';

/**
 * On `/koinon/blob/1` the opener sends names of 36 bytes (the binary CIDv1: version 1, codec, sha2-256, 32,
 * digest), as many ahead as it likes; the other side answers in order: length as be32, then that many bytes,
 * or one of the marks below and nothing.
 */
export const NAME_BYTES = 36;
export const PART_MAX_BYTES = BLOB_CHUNK_BYTES;

/** Not here, or not for you. */
export const ABSENT = 0xffffffff;
/** Too many parts asked for; try later. */
export const LIMITED = 0xfffffffe;

export function encodeName(cid: Cid): Uint8Array {
  const { codec, digest } = parseCid(cid);
  const bytes = new Uint8Array(NAME_BYTES);
  bytes.set([1, codec, 0x12, 32]);
  bytes.set(digest, 4);
  return bytes;
}

/** The name, or `undefined` for anything that is none. */
export function decodeName(bytes: Uint8Array): Cid | undefined {
  const [version, codec, hash, length] = bytes;
  if (version !== 1 || hash !== 0x12 || length !== 32) return undefined;
  if (codec !== RAW && codec !== DAG_CBOR) return undefined;
  return cidOfDigest(bytes.slice(4), codec);
}

export function partHeader(length: number): Uint8Array {
  return bigEndian32(length);
}
