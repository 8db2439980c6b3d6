import {
  BLOB_CHUNK_BYTES,
  type ChunkList,
  type Cid,
  chunkDigests,
  cidOfDigest,
  concatBytes,
  DAG_CBOR,
  decodeChunkList,
  decodeNode,
  equalBytes,
  type Hex,
  KoinonError,
  parseCid,
  RAW,
} from '@koinon/protocol';
import { newSha256 } from '#sha256';
import { peerMisbehaved, peerUnreachable } from '../errors.ts';
import type { Pipe } from '../pipe.ts';
import { ABSENT, encodeName, LIMITED, PART_MAX_BYTES } from './part.ts';

/** Parts asked for ahead: 8 MiB in flight at most. */
const WINDOW = 8;

export interface FetchContext {
  pipe: Pipe;
  from: Hex;
  maxBytes: number;
  onProgress?: ((received: number, total: number) => void) | undefined;
  /** Called when a part begins and each time one ends; the caller's watch on slow peers. */
  onPart(): void;
}

/** The blob or structure of that name, every part verified before it counts. Throws the `K_BLOB_…` errors. */
export async function fetchFrom(context: FetchContext, cid: Cid): Promise<Uint8Array> {
  const { pipe, maxBytes, onProgress, onPart } = context;
  onPart();
  await pipe.write(encodeName(cid));
  const limit = isStructure(cid) ? PART_MAX_BYTES : Math.min(maxBytes, PART_MAX_BYTES);
  const first = await readPart(context, cid, length => {
    if (length > PART_MAX_BYTES) throw peerMisbehaved(context.from, 'a part over 1 MiB');
    if (length > limit) throw tooLarge(length, maxBytes);
    return new Uint8Array(length);
  });
  const list = isStructure(cid) ? asChunkList(first, cid) : undefined;
  if (list) return fetchChunks(context, list);
  if (first.length > maxBytes) throw tooLarge(first.length, maxBytes);
  onProgress?.(first.length, first.length);
  return first;
}

async function fetchChunks(context: FetchContext, list: ChunkList): Promise<Uint8Array> {
  const { pipe, maxBytes, onProgress, onPart } = context;
  if (list.size > maxBytes) throw tooLarge(list.size, maxBytes);
  const names = chunkDigests(list).map(digest => cidOfDigest(digest, RAW));
  const blob = new Uint8Array(list.size);
  let asked = 0;
  for (const [index, name] of names.entries()) {
    // Asks again only when half the window has come, several names in one write.
    if (asked < names.length && asked - index <= WINDOW / 2) {
      const batch = names.slice(asked, index + WINDOW);
      asked += batch.length;
      await pipe.write(concatBytes(...batch.map(encodeName)));
    }
    onPart();
    const start = index * BLOB_CHUNK_BYTES;
    const target = blob.subarray(start, Math.min(start + BLOB_CHUNK_BYTES, list.size));
    await readPart(context, name, length => {
      if (length !== target.length) throw corrupt(context.from, name, 'a chunk has the wrong length');
      return target;
    });
    onProgress?.(start + target.length, list.size);
  }
  return blob;
}

/** Reads one answer into the place `allot` gives for its declared length, hashing as it arrives. */
async function readPart(
  { pipe, from }: FetchContext,
  cid: Cid,
  allot: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const header = new Uint8Array(4);
  if (!(await pipe.read(header))) throw peerUnreachable(from, 'the stream ended before the blob', true);
  const length = new DataView(header.buffer).getUint32(0);
  if (length === ABSENT) throw missing(from, cid);
  if (length === LIMITED) throw limited(from);
  const target = allot(length);
  const hash = newSha256();
  if (!(await pipe.read(target, piece => void hash.update(piece)))) {
    throw peerUnreachable(from, 'the stream ended before the blob', true);
  }
  if (!equalBytes(hash.digest(), parseCid(cid).digest))
    throw corrupt(from, cid, 'the bytes have another digest');
  return target;
}

function isStructure(cid: Cid): boolean {
  return parseCid(cid).codec === DAG_CBOR;
}

/** The chunk list, or `undefined` for any other structure. The digest already matched, so a bad list is a bad name. */
function asChunkList(bytes: Uint8Array, cid: Cid): ChunkList | undefined {
  const node = decodeNode(bytes);
  const isList = typeof node === 'object' && node !== null && 'koinon' in node && node.koinon === 'chunks/1';
  if (!isList) return undefined;
  try {
    return decodeChunkList(bytes);
  } catch (cause) {
    throw new KoinonError({
      code: 'K_BLOB_CORRUPT',
      message: `${cid} names a chunk list that is not well formed.`,
      fault: 'user',
      data: { cid },
      cause,
    });
  }
}

function missing(from: Hex, cid: Cid): KoinonError {
  return new KoinonError({
    code: 'K_BLOB_MISSING',
    message: `Node ${from} does not give ${cid}: it is not there, or not for this node.`,
    fault: 'peer',
    data: { cid, operator: from },
    next: 'Ask another node that has it.',
  });
}

function limited(from: Hex): KoinonError {
  return new KoinonError({
    code: 'K_RATE_LIMITED',
    message: `Node ${from} was asked for too many parts.`,
    fault: 'user',
    data: { operator: from },
    next: 'Wait, then fetch fewer blobs at once.',
  });
}

function tooLarge(bytes: number, maxBytes: number): KoinonError {
  return new KoinonError({
    code: 'K_BLOB_TOO_LARGE',
    message: `The blob declares ${bytes} bytes; at most ${maxBytes} are accepted here.`,
    fault: 'peer',
    data: { bytes, maxBytes },
  });
}

function corrupt(from: Hex, cid: Cid, why: string): KoinonError {
  return new KoinonError({
    code: 'K_BLOB_CORRUPT',
    message: `Node ${from} sent something else for ${cid}: ${why}.`,
    fault: 'peer',
    data: { cid, operator: from },
    next: 'Fetch it from another node.',
  });
}
