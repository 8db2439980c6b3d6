import { schema } from '@koinon/protocol';
import { TABLE_LIMITS } from '@koinon/tabular';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { publishDataset, requireDatasetName } from '../../custody/publishDataset.ts';
import { type Api, json } from '../api.ts';
import { bytes32, cid, decimal } from '../wire.ts';

const list = z.string().transform(text => text.split(',').filter(name => name !== ''));
const flag = z.enum(['true', 'false']).transform(text => text === 'true');

const publishQuery = z.object({
  name: z.string(),
  description: z.string().max(4096).default('A table in private custody.'),
  license: z.string().max(256).default('https://koinon.invalid/licenses/by-grant-only'),
  target: z.string().max(128).optional(),
  exclude: list.optional(),
  publicShare: z.coerce.number().min(0).max(0.9).default(0.2),
  minGroupRows: z.coerce.number().int().min(2).default(10),
  amount: schema.uint(128),
  auditor: schema.address,
  maxFuel: z.coerce.number().int().positive().max(1e13).default(1e12),
  autoApprove: flag.default(false),
});
const publishedAnswer = z.strictObject({
  id: decimal,
  name: z.string(),
  contentRoot: bytes32,
  metadata: cid,
  mock: cid,
  publicTable: cid.optional(),
  transaction: bytes32,
  gasUsed: decimal,
  warnings: z.array(z.looseObject({ message: z.string() })),
});

export function addPublishRoute(api: Api, node: KoinonNode): void {
  const { deployment } = node.ports;

  api.add(
    {
      method: 'post',
      path: '/api/datasets',
      summary: 'Takes a CSV into custody and publishes what may be known about it',
      tag: 'data',
      query: publishQuery,
      body: { kind: 'bytes', mediaType: 'text/csv', maxBytes: TABLE_LIMITS.fileBytes },
      answer: json(publishedAnswer),
      needsToken: true,
    },
    async ({ query, body: csv }) => {
      const { auditor, minGroupRows, amount, maxFuel, ...request } = query;
      requireDatasetName(request.name);
      const published = await publishDataset(node.ports, node.datasets, {
        ...request,
        csv,
        policy: {
          minGroupRows,
          amount,
          maxFuel,
          token: deployment.token,
          auditors: [auditor],
          artefactClasses: ['model', 'metrics'],
          maxArtefactBytes: 2 ** 24,
          maxTotalBytes: 2 ** 25,
          maxRunMs: node.options.maxRunMs,
        },
      });
      const { dataset, transaction, gasUsed, warnings } = published;
      const { id, name, contentRoot, metadata, mock, publicTable } = dataset;
      return { id, name, contentRoot, metadata, mock, publicTable, transaction, gasUsed, warnings };
    },
  );
}
