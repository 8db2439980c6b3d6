import { BYTES_TYPE, evidenceRoutes as routes } from '@koinon/api';
import {
  encodeEntryBundle,
  encodeTile,
  KoinonError,
  logLeafData,
  parseTilePath,
  TILE_WIDTH,
  type TileName,
  tileWidth,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import type { LogKey } from '../statements/logKey.ts';
import { handle, type RouteHandler } from './api.ts';
import { notFound } from './errors.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';

/** The node's log for whoever wants to watch it, as C2SP tlog-tiles: nothing here needs a token, nowhere. */
export function logRoutes({ log }: Pick<NodePorts['store'], 'log'>, logKey: LogKey): RouteHandler[] {
  return [
    handle(
      routes.checkpoint,
      () =>
        new Response(logKey.checkpoint(), {
          headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' },
        }),
    ),
    handle(routes.logKey, () => ({
      origin: logKey.origin,
      verifier: logKey.verifier,
      publicKey: toHex(logKey.publicKey),
      certificate: logKey.certificate,
      index: logKey.index,
    })),
    handle(routes.entries, ({ params }) => {
      const { index, width } = existing(`tile/entries/${params.tile}`, log.size);
      const start = index * TILE_WIDTH;
      const leaves = log.leaves(start, start + width);
      // A salt is what makes a leaf confidential: whoever has it could try statements against the leaf.
      if (leaves.some(leaf => leaf.salt !== ZERO_32)) throw confidential(start, start + width);
      return bytes(
        encodeEntryBundle(leaves.map(({ type, digest, salt }) => logLeafData(type, digest, salt))),
      );
    }),
    handle(routes.tile, ({ params }) =>
      bytes(encodeTile(log.subtree, existing(`tile/${params.level}/${params.tile}`, log.size))),
    ),
  ];
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
    headers: { 'content-type': BYTES_TYPE, 'cache-control': IMMUTABLE },
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
