import type { ChunkList, Cid } from '@koinon/protocol';

/**
 * Who may be given a blob. Private wins: bytes put as private are private from then on, whatever they are put as
 * before or after; only `publish` makes them public again, so that no second copy of a row leaks the first.
 */
export type Visibility = 'public' | 'private';

export interface BlobInfo {
  cid: Cid;
  /** Bytes of the whole blob. */
  size: number;
  visibility: Visibility;
}

/**
 * Bytes by their name. A blob of up to 1 MiB is one part, named by its digest; a larger one is a chunk list and its
 * chunks. What is read is hashed first: damaged bytes are never handed out but moved aside, with `K_BLOB_CORRUPT`, and
 * the blob counts as absent until it is put again. Any method that takes a name throws `K_BAD_CID` for a foreign one.
 */
export interface BlobStore {
  /** Keeps the bytes, on disk when this returns, and gives their name. Throws `K_BLOB_TOO_LARGE` beyond 1 GiB. */
  put(bytes: Uint8Array, visibility: Visibility): Promise<Cid>;
  /** Keeps a structure as canonical dag-cbor of at most 1 MiB under its own name. Throws `K_BLOB_TOO_LARGE`. */
  putNode(value: unknown, visibility: Visibility): Promise<Cid>;
  /**
   * Keeps a large blob as its chunks arrive, each verified against the list before it is written, so that no more
   * than one is in memory. Throws `K_BLOB_CHUNK` at the first one that is not what the list says.
   */
  putChunks(
    list: ChunkList,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    visibility: Visibility,
  ): Promise<Cid>;

  /** The whole blob, or undefined. Throws `K_BLOB_CORRUPT`. */
  get(cid: Cid): Promise<Uint8Array | undefined>;
  /** The whole blob piece by piece, at most 1 MiB each; nothing when it is absent. Throws `K_BLOB_CORRUPT`. */
  read(cid: Cid): AsyncIterable<Uint8Array>;
  has(cid: Cid): Promise<boolean>;
  /** Bytes of the whole blob, or undefined. */
  size(cid: Cid): Promise<number | undefined>;
  visibility(cid: Cid): Visibility | undefined;
  /** Makes a blob public on purpose: what the gate released, a dataset's mock. Throws `K_BLOB_UNKNOWN`. */
  publish(cid: Cid): Promise<void>;

  /** A stored part by its own name: a small blob, a structure, a chunk list or a chunk. Throws `K_BLOB_CORRUPT`. */
  getPart(cid: Cid): Promise<Uint8Array | undefined>;
  /** The blobs a part belongs to (a small blob belongs to itself), so that a server can decide who may have it. */
  partParents(cid: Cid): BlobInfo[];
  /** `public` when any blob with this part is public, `private` when all are private, undefined when unknown. */
  partVisibility(cid: Cid): Visibility | undefined;

  /** Forgets a blob and removes the parts no other blob has. */
  delete(cid: Cid): Promise<void>;
  list(): AsyncIterable<BlobInfo>;
}
