import {
  encodeEntryBundle,
  encodeTile,
  KoinonError,
  logLeafData,
  parseTilePath,
  signedSchema,
  TILE_WIDTH,
  type TileName,
  tileWidth,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json } from '../api.ts';
import { notFound } from '../errors.ts';
import { bytes32, count } from '../wire.ts';

/** Questions about the log under way at once; each costs less than a millisecond. */
const AT_ONCE = 64;
const IMMUTABLE = 'public, max-age=31536000, immutable';
const BYTES = 'application/octet-stream';
const TEXT = 'text/plain';
/** Index and width of a tile as paths have them, `x001/x234/067.p/8`; slashes belong to it. */
const tile = z.string().max(40);

/** The node's log for whoever wants to watch it, as C2SP tlog-tiles: nothing here needs a token, nowhere. */
export function addLogRoutes(api: Api, node: KoinonNode): void {
  const { log } = node.ports.store;
  const { logKey } = node;

  api.add(
    {
      method: 'get',
      path: '/log/checkpoint',
      summary: 'Size and root of this node’s log, signed (C2SP tlog-checkpoint)',
      tag: 'evidence',
      answer: { kind: 'bytes', mediaTypes: [TEXT] },
      needsToken: false,
      atOnce: AT_ONCE,
    },
    () =>
      new Response(logKey.checkpoint(), {
        headers: { 'content-type': `${TEXT}; charset=utf-8`, 'cache-control': 'no-cache' },
      }),
  );

  api.add(
    {
      method: 'get',
      path: '/log/key',
      summary: 'The key that signs checkpoints, and the operator’s certificate for it',
      tag: 'evidence',
      answer: json(
        z.strictObject({
          origin: z.string(),
          verifier: z.string(),
          publicKey: bytes32,
          certificate: signedSchema('LogKey'),
          index: count,
        }),
      ),
      needsToken: false,
      atOnce: AT_ONCE,
    },
    () => ({
      origin: logKey.origin,
      verifier: logKey.verifier,
      publicKey: toHex(logKey.publicKey),
      certificate: logKey.certificate,
      index: logKey.index,
    }),
  );

  api.add(
    {
      method: 'get',
      path: '/log/tile/entries/:tile{.+}',
      summary: 'Up to 256 entries of the log (C2SP entry bundle), unless one of them is confidential',
      tag: 'evidence',
      params: z.object({ tile }),
      answer: { kind: 'bytes', mediaTypes: [BYTES] },
      needsToken: false,
      atOnce: AT_ONCE,
    },
    ({ params }) => {
      const { index, width } = existing(`tile/entries/${params.tile}`, log.size);
      const start = index * TILE_WIDTH;
      const leaves = log.leaves(start, start + width);
      // A salt is what makes a leaf confidential: whoever has it could try statements against the leaf.
      if (leaves.some(leaf => leaf.salt !== ZERO_32)) throw confidential(start, start + width);
      return bytes(
        encodeEntryBundle(leaves.map(({ type, digest, salt }) => logLeafData(type, digest, salt))),
      );
    },
  );

  api.add(
    {
      method: 'get',
      path: '/log/tile/:level{[0-9]+}/:tile{.+}',
      summary: 'Up to 256 hashes of the log’s Merkle tree (C2SP tile)',
      tag: 'evidence',
      params: z.object({ level: z.string().max(2), tile }),
      answer: { kind: 'bytes', mediaTypes: [BYTES] },
      needsToken: false,
      atOnce: AT_ONCE,
    },
    ({ params }) => bytes(encodeTile(log.subtree, existing(`tile/${params.level}/${params.tile}`, log.size))),
  );
}

/** The tile a path names. Throws `K_HTTP_NOT_FOUND` for no path, and for what the log has not grown to yet. */
function existing(path: string, size: number): TileName & { level: number } {
  let name: TileName;
  try {
    name = parseTilePath(path);
  } catch {
    throw notFound('such tile');
  }
  const level = name.level === 'entries' ? 0 : name.level;
  if (name.width > tileWidth(level, name.index, size)) throw notFound('such tile yet');
  return { ...name, level };
}

function bytes(body: Uint8Array): Response {
  return new Response(body as BodyInit, {
    headers: { 'content-type': BYTES, 'cache-control': IMMUTABLE },
  });
}

function confidential(start: number, end: number): KoinonError {
  return new KoinonError({
    code: 'K_LOG_PRIVATE',
    message: `Entries ${start} to ${end - 1} are not published: at least one of them is of a confidential order.`,
    fault: 'user',
    next: 'Their hashes are in the tiles of level 0; the parties of an order can open its entries themselves.',
  });
}
