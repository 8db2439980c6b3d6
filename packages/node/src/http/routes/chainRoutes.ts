import { schema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json } from '../api.ts';
import { notFound } from '../errors.ts';
import { address, bytes32, count, decimal, mined } from '../wire.ts';

const anchor = z.strictObject({
  size: decimal,
  root: bytes32,
  transaction: bytes32,
  block: count,
  blockHash: bytes32,
});

/** What the chain says, for a page that has no RPC of its own. */
export function addChainRoutes(api: Api, node: KoinonNode): void {
  const { chain } = node.ports;

  api.add(
    {
      method: 'get',
      path: '/api/anchors/:operator',
      summary: 'The first anchor of a node’s log that holds at least `size` entries',
      tag: 'evidence',
      params: z.object({ operator: address }),
      query: z.object({ size: schema.uint(64).default(1n) }),
      answer: json(z.strictObject({ anchor: anchor.nullable() })),
      needsToken: false,
    },
    async ({ params: { operator }, query: { size } }) => ({
      anchor: (await chain.nodes.anchorTransaction(operator, size)) ?? null,
    }),
  );

  api.add(
    {
      method: 'get',
      path: '/api/transactions/:hash',
      summary: 'Where a transaction ended up and what it cost',
      tag: 'evidence',
      params: z.object({ hash: bytes32 }),
      answer: json(mined),
      needsToken: false,
    },
    async ({ params: { hash } }) => {
      const found = await chain.mined(hash);
      if (!found) throw notFound('such transaction');
      return found;
    },
  );
}
