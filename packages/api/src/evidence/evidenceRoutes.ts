import { schema, signedSchema } from '@koinon/protocol';
import { z } from 'zod';
import { json, routes } from '../route.ts';
import { address, bytes32, cid, count, decimal, mined } from '../wire.ts';

/** Largest blob a requester hands to the network through this API, bytes. */
const BLOB_MAX_BYTES = 64 * 2 ** 20;
export const NODE_TYPE = 'application/vnd.ipld.dag-cbor';
export const BYTES_TYPE = 'application/octet-stream';

/** Questions about the log under way at once; each costs less than a millisecond. */
const LOG_AT_ONCE = 64;
/** Index and width of a tile as paths have them, `x001/x234/067.p/8`; slashes belong to it. */
const tile = z.string().max(40);
const log = { method: 'get', needsToken: false, isPublic: true, atOnce: LOG_AT_ONCE } as const;

const anchorSchema = z.object({
  size: decimal,
  root: bytes32,
  transaction: bytes32,
  block: count,
  blockHash: bytes32,
});

/** What checks are made of: public bytes, what the chain says, and the node's log as C2SP tlog-tiles. */
export const evidenceRoutes = routes('evidence', {
  blob: {
    method: 'get',
    path: '/api/blobs/:cid',
    summary: 'The bytes of a public blob',
    params: z.object({ cid }),
    answer: { kind: 'bytes', mediaTypes: [BYTES_TYPE, NODE_TYPE] },
    needsToken: false,
    errors: [404],
  },
  keepBlob: {
    method: 'post',
    path: '/api/blobs',
    summary: 'Keeps bytes and offers them to the network, say a program',
    body: { kind: 'bytes', mediaType: BYTES_TYPE, maxBytes: BLOB_MAX_BYTES },
    answer: json(z.object({ cid })),
    needsToken: true,
  },
  anchor: {
    method: 'get',
    path: '/api/anchors/:operator',
    summary: 'The first anchor of a node’s log that holds at least `size` entries',
    params: z.object({ operator: address }),
    query: z.object({ size: schema.uint(64).default(1n) }),
    answer: json(z.object({ anchor: anchorSchema.nullable() })),
    needsToken: false,
    errors: [502],
  },
  transaction: {
    method: 'get',
    path: '/api/transactions/:hash',
    summary: 'Where a transaction ended up and what it cost',
    params: z.object({ hash: bytes32 }),
    answer: json(mined),
    needsToken: false,
    errors: [404, 502],
  },
  checkpoint: {
    ...log,
    path: '/log/checkpoint',
    summary: 'Size and root of this node’s log, signed (C2SP tlog-checkpoint)',
    answer: { kind: 'bytes', mediaTypes: ['text/plain'] },
  },
  logKey: {
    ...log,
    path: '/log/key',
    summary: 'The key that signs checkpoints, and the operator’s certificate for it',
    answer: json(
      z.object({
        origin: z.string(),
        verifier: z.string(),
        publicKey: bytes32,
        certificate: signedSchema('LogKey'),
        index: count,
      }),
    ),
  },
  entries: {
    ...log,
    path: '/log/tile/entries/:tile{.+}',
    summary: 'Up to 256 entries of the log (C2SP entry bundle), unless one of them is confidential',
    params: z.object({ tile }),
    answer: { kind: 'bytes', mediaTypes: [BYTES_TYPE] },
    errors: [404],
  },
  tile: {
    ...log,
    path: '/log/tile/:level{[0-9]+}/:tile{.+}',
    summary: 'Up to 256 hashes of the log’s Merkle tree (C2SP tile)',
    params: z.object({ level: z.string().max(2), tile }),
    answer: { kind: 'bytes', mediaTypes: [BYTES_TYPE] },
    errors: [404],
  },
});
