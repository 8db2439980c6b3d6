import { disputeDetailSchema, disputesViewSchema, integrityViewSchema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json } from '../api.ts';
import { notFound } from '../errors.ts';
import { detailOf, readDocket, summariesOf } from '../integrity/disputesView.ts';
import { integrityViewOf } from '../integrity/integrityView.ts';
import { bytes32 } from '../wire.ts';

/** What this node knows of audits and of the court. */
export function addIntegrityRoutes(api: Api, node: KoinonNode): void {
  api.add(
    {
      method: 'get',
      path: '/api/integrity',
      summary: 'Audits, disputes, stake against exposure, and the residual risk with its factors',
      tag: 'integrity',
      answer: json(integrityViewSchema),
      needsToken: false,
      atOnce: 8,
    },
    () => integrityViewOf(node),
  );

  api.add(
    {
      method: 'get',
      path: '/api/disputes',
      summary: 'Everything before the court, the newest first',
      tag: 'integrity',
      answer: json(disputesViewSchema),
      needsToken: false,
      atOnce: 8,
    },
    async () => ({ disputes: summariesOf(await readDocket(node)) }),
  );

  api.add(
    {
      method: 'get',
      path: '/api/disputes/:id',
      summary: 'One dispute, demand or conviction with its timeline and evidence',
      tag: 'integrity',
      params: z.object({ id: bytes32 }),
      answer: json(disputeDetailSchema),
      needsToken: false,
      atOnce: 8,
    },
    async ({ params: { id } }) => {
      const detail = await detailOf(node, id);
      if (!detail) throw notFound('such dispute');
      return detail;
    },
  );
}
