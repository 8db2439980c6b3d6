import {
  BLOB_CHUNK_BYTES,
  BLOB_MAX_BYTES,
  type ChunkList,
  type Cid,
  chunkDigests,
  cidOfDigest,
  concatBytes,
  DAG_CBOR,
  decodeChunkList,
  digestOfCid,
  encodeChunkList,
  encodeNode,
  equalBytes,
  fromHex,
  type Hex,
  KoinonError,
  RAW,
  toHex,
} from '@koinon/protocol';
import { digestOf } from '#platform';
import { type BlobIndex, type IndexedBlob, infoOf } from './blobIndex.ts';
import type { BlobInfo, BlobStore, Visibility } from './blobStore.ts';
import { type PartFiles, quietly } from './partFiles.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Blobs as files, with an index in the database. A put writes the files first and the row last, a delete the other
 * way round; so a row always has its files, and what a crash leaves are files without a row, swept on opening.
 */
export class FileBlobs implements BlobStore {
  readonly #files: PartFiles;
  readonly #index: BlobIndex;
  /** Parts that a put relies on and has not recorded yet, with how many puts: a delete must leave them. */
  readonly #held = new Map<Hex, number>();

  constructor(files: PartFiles, index: BlobIndex) {
    this.#files = files;
    this.#index = index;
    files.sweep(digest => index.hasPart(digest));
  }

  async put(bytes: Uint8Array, visibility: Visibility): Promise<Cid> {
    requireSize(bytes.length, BLOB_MAX_BYTES);
    if (bytes.length <= BLOB_CHUNK_BYTES) return this.#putPart(bytes, RAW, visibility);
    const chunks = Array.from({ length: Math.ceil(bytes.length / BLOB_CHUNK_BYTES) }, (_, i) =>
      bytes.subarray(i * BLOB_CHUNK_BYTES, (i + 1) * BLOB_CHUNK_BYTES),
    );
    const digests = concatBytes(...chunks.map(digestOf));
    return this.putChunks({ koinon: 'chunks/1', size: bytes.length, digests }, chunks, visibility);
  }

  async putNode(value: unknown, visibility: Visibility): Promise<Cid> {
    if ((value as { koinon?: unknown } | null)?.koinon === 'chunks/1') {
      throw new KoinonError({
        code: 'K_BLOB_LIST',
        message: 'A chunk list is kept together with its chunks, not as a structure of its own.',
        fault: 'bug',
      });
    }
    const bytes = encodeNode(value);
    requireSize(bytes.length, BLOB_CHUNK_BYTES);
    return this.#putPart(bytes, DAG_CBOR, visibility);
  }

  async #putPart(
    bytes: Uint8Array,
    codec: typeof RAW | typeof DAG_CBOR,
    visibility: Visibility,
  ): Promise<Cid> {
    const digest = digestOf(bytes);
    const name = toHex(digest);
    const cid = cidOfDigest(digest, codec);
    await this.#holding([name], async () => {
      await this.#files.write(name, bytes);
      await this.#files.flush([name]);
      this.#index.add(cid, { size: bytes.length, visibility, isList: false, parts: [] });
    });
    return cid;
  }

  async putChunks(list: ChunkList, chunks: Chunks, visibility: Visibility): Promise<Cid> {
    const listBytes = encodeChunkList(list);
    const { size } = decodeChunkList(listBytes);
    const names = chunkDigests(list);
    const listDigest = digestOf(listBytes);
    const cid = cidOfDigest(listDigest, DAG_CBOR);
    await this.#holding([toHex(listDigest), ...names], async () => {
      let position = 0;
      for await (const chunk of chunks) {
        const name = names[position];
        const length = Math.min(BLOB_CHUNK_BYTES, size - position * BLOB_CHUNK_BYTES);
        if (name === undefined || chunk.length !== length || !isNamed(chunk, name))
          throw badChunk(cid, position);
        await this.#files.write(name, chunk);
        position++;
      }
      if (position !== names.length) throw badChunk(cid, position);
      await this.#files.write(toHex(listDigest), listBytes);
      await this.#files.flush([toHex(listDigest), ...names]);
      this.#index.add(cid, { size, visibility, isList: true, parts: names });
    });
    return cid;
  }

  /**
   * Keeps deletes away from the parts while they are written and not yet recorded. Work that fails, on a full disk or at a bad
   * chunk, leaves no part that no blob has.
   */
  async #holding(parts: readonly Hex[], work: () => Promise<void>): Promise<void> {
    for (const part of parts) this.#held.set(part, (this.#held.get(part) ?? 0) + 1);
    try {
      await work();
    } catch (error) {
      this.#letGo(parts);
      quietly(() => {
        for (const part of new Set(parts)) {
          if (!this.#held.has(part) && !this.#index.hasPart(part)) this.#files.removeNow(part);
        }
      });
      throw error;
    }
    this.#letGo(parts);
  }

  #letGo(parts: readonly Hex[]): void {
    for (const part of parts) {
      const holders = this.#held.get(part)! - 1;
      if (holders === 0) this.#held.delete(part);
      else this.#held.set(part, holders);
    }
  }

  async get(cid: Cid): Promise<Uint8Array | undefined> {
    const blob = this.#whole(cid);
    if (blob === undefined) return undefined;
    if (!blob.isList) return this.#readPart(digestOfCid(cid));
    const bytes = new Uint8Array(blob.size);
    let offset = 0;
    for await (const chunk of this.read(cid)) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  }

  async *read(cid: Cid): AsyncGenerator<Uint8Array> {
    const blob = this.#whole(cid);
    if (blob === undefined) return;
    const first = await this.#readPart(digestOfCid(cid));
    if (!blob.isList) {
      yield first;
      return;
    }
    for (const name of chunkDigests(decodeChunkList(first))) yield await this.#readPart(name);
  }

  async has(cid: Cid): Promise<boolean> {
    return this.#whole(cid) !== undefined;
  }

  async size(cid: Cid): Promise<number | undefined> {
    return this.#whole(cid)?.size;
  }

  visibility(cid: Cid): Visibility | undefined {
    return this.#index.find(cid)?.visibility;
  }

  async publish(cid: Cid): Promise<void> {
    const blob = this.#whole(cid);
    if (blob === undefined) {
      throw unknown(cid);
    }
    this.#index.publish(blob.id);
  }

  async getPart(cid: Cid): Promise<Uint8Array | undefined> {
    const digest = digestOfCid(cid);
    return this.#index.parents(digest).length === 0 ? undefined : this.#readPart(digest);
  }

  partParents(cid: Cid): BlobInfo[] {
    return this.#index.parents(digestOfCid(cid));
  }

  partVisibility(cid: Cid): Visibility | undefined {
    const parents = this.partParents(cid);
    if (parents.length === 0) return undefined;
    return parents.some(parent => parent.visibility === 'public') ? 'public' : 'private';
  }

  async delete(cid: Cid): Promise<void> {
    const blob = this.#index.find(cid);
    if (blob === undefined) return;
    for (const part of this.#index.remove(blob.id)) {
      if (!this.#held.has(part)) this.#files.removeNow(part);
    }
  }

  async *list(): AsyncGenerator<BlobInfo> {
    for (let page = this.#index.page(0); page.length > 0; page = this.#index.page(page.at(-1)!.id)) {
      for (const blob of page) yield infoOf(blob);
    }
  }

  #whole(cid: Cid): IndexedBlob | undefined {
    const blob = this.#index.find(cid);
    return blob?.isWhole ? blob : undefined;
  }

  /** The bytes of a part the index knows, hashed again. */
  async #readPart(digest: Hex): Promise<Uint8Array> {
    const bytes = await this.#files.read(digest);
    if (bytes !== undefined && isNamed(bytes, digest)) return bytes;
    // Deleted since the caller looked it up.
    if (!this.#index.hasPart(digest)) throw unknown(digest);
    let cause: unknown;
    try {
      this.#files.setAside(digest);
      this.#index.markDamaged(digest);
    } catch (error) {
      // A full disk, say: the next reader finds it again.
      cause = error;
    }
    const aside = cause === undefined ? '; they were moved aside' : '';
    throw new KoinonError({
      code: 'K_BLOB_CORRUPT',
      message: `The stored bytes of ${digest} are ${bytes === undefined ? 'missing' : `damaged${aside}`}.`,
      fault: 'platform',
      data: { digest },
      next: 'Fetch or import the data again, and check the disk.',
      cause,
    });
  }
}

function isNamed(bytes: Uint8Array, digest: Hex): boolean {
  return equalBytes(digestOf(bytes), fromHex(digest));
}

function unknown(name: string): KoinonError {
  return new KoinonError({
    code: 'K_BLOB_UNKNOWN',
    message: `There is no blob ${name} here.`,
    fault: 'user',
  });
}

function requireSize(size: number, maximum: number): void {
  if (size <= maximum) return;
  throw new KoinonError({
    code: 'K_BLOB_TOO_LARGE',
    message: `The bytes are ${size} long; at most ${maximum} are kept under one name.`,
    fault: 'user',
    data: { size, maximum },
  });
}

function badChunk(cid: Cid, position: number): KoinonError {
  return new KoinonError({
    code: 'K_BLOB_CHUNK',
    message: `Chunk ${position} of ${cid} is not the one its list names.`,
    fault: 'peer',
    data: { cid, position },
  });
}
