import { isNodeCid } from '@koinon/protocol';
import { encodeTable, inferSchema, parseTable, TABLE_LIMITS } from '@koinon/tabular';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json } from '../api.ts';
import { notFound } from '../errors.ts';
import { cid, count } from '../wire.ts';

/** Largest blob a requester hands to the network through this API, bytes. */
const BLOB_MAX_BYTES = 64 * 2 ** 20;
const NODE_TYPE = 'application/vnd.ipld.dag-cbor';
const BLOB_TYPE = 'application/octet-stream';

/** Public bytes by name. A private blob is never served here, with the token neither: it has no business in a browser. */
export function addBlobRoutes(api: Api, node: KoinonNode): void {
  const { blobs } = node.ports.store;

  api.add(
    {
      method: 'get',
      path: '/api/blobs/:cid',
      summary: 'The bytes of a public blob',
      tag: 'evidence',
      params: z.object({ cid }),
      answer: { kind: 'bytes', mediaTypes: [BLOB_TYPE, NODE_TYPE] },
      needsToken: false,
    },
    async ({ params }) => {
      const bytes = blobs.visibility(params.cid) === 'public' ? await blobs.get(params.cid) : undefined;
      if (!bytes) throw notFound(`public blob ${params.cid}`);
      return new Response(bytes as BodyInit, {
        headers: {
          'content-type': isNodeCid(params.cid) ? NODE_TYPE : BLOB_TYPE,
          'content-disposition': `attachment; filename="${params.cid}"`,
          'cache-control': 'public, max-age=31536000, immutable',
        },
      });
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/blobs',
      summary: 'Keeps bytes and offers them to the network, say a program',
      tag: 'evidence',
      body: { kind: 'bytes', mediaType: BLOB_TYPE, maxBytes: BLOB_MAX_BYTES },
      answer: json(z.strictObject({ cid })),
      needsToken: true,
    },
    async ({ body }) => ({ cid: await blobs.put(body, 'public') }),
  );

  api.add(
    {
      method: 'post',
      path: '/api/tables',
      summary: 'Turns a CSV into a public table that programs read',
      tag: 'data',
      query: z.object({ target: z.string().max(128).optional() }),
      body: { kind: 'bytes', mediaType: 'text/csv', maxBytes: TABLE_LIMITS.fileBytes },
      answer: json(z.strictObject({ cid, rows: count })),
      needsToken: true,
    },
    async ({ query: { target }, body }) => {
      const raw = parseTable(body);
      const table = encodeTable(raw, inferSchema(raw, target === undefined ? {} : { target }), {});
      return { cid: await blobs.put(table, 'public'), rows: raw.rows };
    },
  );
}
