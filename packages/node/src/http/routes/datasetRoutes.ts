import {
  type Cid,
  decodeNode,
  digestOfCid,
  type Hex,
  isNodeCid,
  policySchema,
  schema,
} from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { ask } from '../../peers/ask.ts';
import { type Api, json } from '../api.ts';
import { notFound } from '../errors.ts';
import { address, bytes32, cid, decimal, mined } from '../wire.ts';

const described = {
  name: z.string(),
  target: z.string().optional(),
  policy: policySchema,
  mock: cid,
  metadata: cid,
  publicTable: cid.optional(),
};
const datasetAnswer = z.strictObject({
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
  held: z.strictObject({ ...described, autoApprove: z.boolean() }).optional(),
});
const datasetId = z.object({ id: schema.uint(256) });
/** Most a custodian's record or mock may be, bytes. */
const DESCRIPTION_MAX_BYTES = 2 ** 24;
/** How long a page waits for a custodian, milliseconds. */
const PATIENCE_MS = 5_000;
/** Questions to custodians under way at once, for each route. */
const ASKED_AT_ONCE = 16;

export function addDatasetRoutes(api: Api, node: KoinonNode): void {
  const { chain, network, store, signer } = node.ports;

  const held = (id: bigint) => {
    const dataset = node.datasets.get(id);
    if (!dataset) return {};
    const { name, target, policy, mock, metadata, publicTable, autoApprove } = dataset;
    return { held: { name, target, policy, mock, metadata, publicTable, autoApprove } };
  };
  const recordOf = async (id: bigint) => {
    const record = await chain.datasets.get(id);
    if (!record) throw notFound(`dataset ${id}`);
    return record;
  };
  /** What the custodian says of a dataset; a custodian need not ask itself. */
  const saidOf = async (id: bigint, custodian: Hex) => {
    const own = custodian === signer.address ? node.datasets.get(id) : undefined;
    if (!own) return ask(network, custodian, 'dataset.get', { id }, { timeoutMs: PATIENCE_MS });
    const { name, target, policy, mock, metadata, publicTable } = own;
    return { id, name, target, policy, mock, metadata, publicTable };
  };
  /** A blob that a custodian calls public: from this store only if it is public here too, whatever the custodian says. */
  const publicBlob = async (name: Cid, custodian: Hex): Promise<Uint8Array> => {
    const own = store.blobs.visibility(name) === 'public' ? await store.blobs.get(name) : undefined;
    return own ?? network.fetchBlob(custodian, name, { maxBytes: DESCRIPTION_MAX_BYTES });
  };
  /** The record whose digest stands on chain; anything else the custodian names is not shown as the dataset's. */
  const croissantOf = async (name: Cid, digest: Hex, custodian: Hex): Promise<unknown> => {
    if (!isNodeCid(name) || digestOfCid(name) !== digest) return undefined;
    return decodeNode(await publicBlob(name, custodian));
  };

  api.add(
    {
      method: 'get',
      path: '/api/datasets',
      summary: 'The datasets of the network; `held` is what this node knows of those in its custody',
      tag: 'data',
      answer: json(z.strictObject({ datasets: z.array(datasetAnswer) })),
      needsToken: false,
    },
    async () => ({
      datasets: (await chain.datasets.list()).map(record => ({ ...record, ...held(record.id) })),
    }),
  );

  api.add(
    {
      method: 'get',
      path: '/api/datasets/:id',
      summary:
        'One dataset, with what its custodian says of it (`said`) and its Croissant record (`metadata`)',
      tag: 'data',
      params: datasetId,
      answer: json(
        datasetAnswer.extend({
          said: z.strictObject({ id: decimal, ...described }).optional(),
          metadata: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
      needsToken: false,
      atOnce: ASKED_AT_ONCE,
    },
    async ({ params: { id } }) => {
      const record = await recordOf(id);
      const { custodian, metadataDigest } = record;
      const said = await saidOf(id, custodian).catch(() => undefined);
      const metadata =
        said && (await croissantOf(said.metadata, metadataDigest, custodian).catch(() => undefined));
      return { ...record, ...held(id), said, metadata };
    },
  );

  api.add(
    {
      method: 'get',
      path: '/api/datasets/:id/mock',
      summary: 'Invented rows of the same shape, to try programs on',
      tag: 'data',
      params: datasetId,
      answer: { kind: 'bytes', mediaTypes: ['text/csv'] },
      needsToken: false,
      atOnce: ASKED_AT_ONCE,
    },
    async ({ params: { id } }) => {
      const { custodian } = await recordOf(id);
      const said = await saidOf(id, custodian);
      const bytes = await publicBlob(said.mock, custodian);
      return new Response(bytes as BodyInit, { headers: { 'content-type': 'text/csv; charset=utf-8' } });
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/datasets/:id/revoke',
      summary: 'Takes back one grant, or all of them',
      tag: 'data',
      params: datasetId,
      body: json(z.strictObject({ grant: bytes32.optional() })),
      answer: json(mined),
      needsToken: true,
    },
    ({ params: { id }, body: { grant } }) =>
      grant ? chain.datasets.revokeGrant(id, grant) : chain.datasets.revokeAll(id),
  );
}
