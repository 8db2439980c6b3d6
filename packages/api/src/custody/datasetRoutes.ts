import { policySchema, schema, TABLE_FILE_MAX_BYTES, tableDescriptionSchema } from '@koinon/protocol';
import { z } from 'zod';
import { json } from '../route.ts';
import { address, bytes32, cid, count, decimal, mined } from '../wire.ts';
import { publishQuery } from './publishQuery.ts';

const described = {
  name: z.string(),
  target: z.string().optional(),
  policy: policySchema,
  mock: cid,
  metadata: cid,
  publicTable: cid.optional(),
};
const datasetSchema = z.object({
  id: decimal,
  owner: address,
  custodian: address,
  contentRoot: bytes32,
  policyDigest: bytes32,
  metadataDigest: bytes32,
  epoch: decimal,
  capMicroRho: decimal,
  spentMicroRho: decimal,
  reservedMicroRho: decimal,
  held: z.object({ ...described, autoApprove: z.boolean() }).optional(),
});
const datasetDetailSchema = datasetSchema.extend({
  said: z.object({ id: decimal, ...described }).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const csvBody = { kind: 'bytes', mediaType: 'text/csv', maxBytes: TABLE_FILE_MAX_BYTES } as const;
const warnings = z.array(z.looseObject({ message: z.string() }));
const previewSchema = z.object({
  seed: bytes32,
  rows: z.object({ training: count, heldBack: count, public: count }),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['number', 'category']),
      missing: count,
      words: count.optional(),
      foldedWords: count.optional(),
    }),
  ),
  excluded: z.array(z.string()),
  description: tableDescriptionSchema,
  publishedBits: count,
  warnings,
  singlingOut: z.object({
    rows: count,
    worst: z.array(z.object({ columns: z.array(z.string()), uniqueShare: z.number() })),
    sentences: z.array(z.string()),
  }),
  publicRows: z
    .object({
      rows: count,
      columns: z.array(z.string()),
      shown: z.array(z.array(z.string())),
      cid,
      bytes: count,
      consent: bytes32,
    })
    .optional(),
});
const publishedSchema = z.object({
  id: decimal,
  name: z.string(),
  contentRoot: bytes32,
  metadata: cid,
  mock: cid,
  publicTable: cid.optional(),
  publicRows: count,
  heldBackRows: count,
  transaction: bytes32,
  gasUsed: decimal,
  warnings,
});

const datasetId = z.object({ id: schema.uint(256) });
/** Questions to custodians under way at once, for each route. */
const ASKED_AT_ONCE = 16;
/** Public rows that a preview shows unless told. */
const SHOWN_ROWS = 50;

/** The datasets of the network, and publishing one. */
export const datasetRoutes = {
  datasets: {
    method: 'get',
    path: '/api/datasets',
    summary: 'The datasets of the network; `held` is what this node knows of those in its custody',
    answer: json(z.object({ datasets: z.array(datasetSchema) })),
    needsToken: false,
    errors: [502],
  },
  dataset: {
    method: 'get',
    path: '/api/datasets/:id',
    summary: 'One dataset, with what its custodian says of it (`said`) and its Croissant record (`metadata`)',
    params: datasetId,
    answer: json(datasetDetailSchema),
    needsToken: false,
    atOnce: ASKED_AT_ONCE,
    errors: [404, 502],
  },
  mock: {
    method: 'get',
    path: '/api/datasets/:id/mock',
    summary: 'Invented rows of the same shape, to try programs on',
    params: datasetId,
    answer: { kind: 'bytes', mediaTypes: ['text/csv'] },
    needsToken: false,
    atOnce: ASKED_AT_ONCE,
    errors: [404, 502],
  },
  preview: {
    method: 'post',
    path: '/api/datasets/preview',
    summary: 'What publishing this CSV would tell, and the rows it would make public; nothing is kept',
    query: publishQuery.extend({
      show: z.coerce.number<number | string>().int().min(0).max(2_000_000).default(SHOWN_ROWS),
    }),
    body: csvBody,
    answer: json(previewSchema),
    needsToken: true,
  },
  publish: {
    method: 'post',
    path: '/api/datasets',
    summary:
      'Takes a CSV into custody and publishes what may be known about it; rows only with the consent of a preview',
    query: publishQuery,
    body: csvBody,
    answer: json(publishedSchema),
    needsToken: true,
    errors: [502],
  },
  revoke: {
    method: 'post',
    path: '/api/datasets/:id/revoke',
    summary: 'Takes back one grant, or all of them',
    params: datasetId,
    body: json(z.strictObject({ grant: bytes32.optional() })),
    answer: json(mined),
    needsToken: true,
    errors: [502],
  },
  table: {
    method: 'post',
    path: '/api/tables',
    summary: 'Turns a CSV into a public table that programs read',
    query: z.object({ target: z.string().max(128).optional() }),
    body: csvBody,
    answer: json(z.object({ cid, rows: count })),
    needsToken: true,
  },
} as const;
