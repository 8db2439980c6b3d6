import { tableDescriptionSchema } from '@koinon/protocol';
import { TABLE_LIMITS } from '@koinon/tabular';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { previewDataset } from '../../custody/previewDataset.ts';
import { publishDataset, requireDatasetName, requireGroups } from '../../custody/publishDataset.ts';
import { type Api, json } from '../api.ts';
import { bytes32, cid, count, decimal } from '../wire.ts';
import { policyOf, publishQuery, rangesOf } from './publishQuery.ts';

const csvBody = { kind: 'bytes', mediaType: 'text/csv', maxBytes: TABLE_LIMITS.fileBytes } as const;
const warnings = z.array(z.looseObject({ message: z.string() }));
const previewAnswer = z.strictObject({
  seed: bytes32,
  rows: z.strictObject({ training: count, heldBack: count, public: count }),
  columns: z.array(
    z.strictObject({
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
  singlingOut: z.strictObject({
    rows: count,
    worst: z.array(z.strictObject({ columns: z.array(z.string()), uniqueShare: z.number() })),
    sentences: z.array(z.string()),
  }),
  publicRows: z
    .strictObject({
      rows: count,
      columns: z.array(z.string()),
      shown: z.array(z.array(z.string())),
      cid,
      bytes: count,
      consent: bytes32,
    })
    .optional(),
});
const publishedAnswer = z.strictObject({
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
/** Public rows that a preview shows unless told. */
const SHOWN_ROWS = 50;

export function addPublishRoute(api: Api, node: KoinonNode): void {
  const { deployment, random } = node.ports;
  const policyFor = (query: z.output<typeof publishQuery>) =>
    policyOf(query, { token: deployment.token, maxRunMs: node.options.maxRunMs });

  api.add(
    {
      method: 'post',
      path: '/api/datasets/preview',
      summary: 'What publishing this CSV would tell, and the rows it would make public; nothing is kept',
      tag: 'data',
      query: publishQuery.extend({ show: z.coerce.number().int().min(0).max(2_000_000).default(SHOWN_ROWS) }),
      body: csvBody,
      answer: json(previewAnswer),
      needsToken: true,
    },
    ({ query, body: csv }) => {
      requireDatasetName(query.name);
      const { range, seed = random(), show } = query;
      const preview = previewDataset({ ...query, csv, ranges: rangesOf(range) }, seed, { show });
      requireGroups(policyFor(query), preview.description);
      return preview;
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/datasets',
      summary:
        'Takes a CSV into custody and publishes what may be known about it; rows only with the consent of a preview',
      tag: 'data',
      query: publishQuery,
      body: csvBody,
      answer: json(publishedAnswer),
      needsToken: true,
    },
    async ({ query, body: csv }) => {
      requireDatasetName(query.name);
      const { dataset, publicRows, transaction, gasUsed, warnings } = await publishDataset(
        node.ports,
        node.datasets,
        { ...query, csv, ranges: rangesOf(query.range), policy: policyFor(query) },
      );
      const { id, name, contentRoot, metadata, mock, publicTable, heldBackRows } = dataset;
      return {
        id,
        name,
        contentRoot,
        metadata,
        mock,
        publicTable,
        publicRows,
        heldBackRows,
        transaction,
        gasUsed,
        warnings,
      };
    },
  );
}
