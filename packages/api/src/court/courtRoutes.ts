import { disputeDetailSchema, disputesViewSchema, integrityViewSchema } from '@koinon/protocol';
import { z } from 'zod';
import { json, routes } from '../route.ts';
import { bytes32 } from '../wire.ts';

const view = { method: 'get', needsToken: false, atOnce: 8 } as const;

/** What a node knows of audits and of the court. */
export const courtRoutes = routes('court', {
  integrity: {
    ...view,
    path: '/api/integrity',
    summary: 'Audits, disputes, stake against exposure, and the residual risk with its factors',
    answer: json(integrityViewSchema),
    errors: [502],
  },
  disputes: {
    ...view,
    path: '/api/disputes',
    summary: 'Everything before the court, the newest first',
    answer: json(disputesViewSchema),
    errors: [502],
  },
  dispute: {
    ...view,
    path: '/api/disputes/:id',
    summary: 'One dispute, demand or conviction with its timeline and evidence',
    params: z.object({ id: bytes32 }),
    answer: json(disputeDetailSchema),
    errors: [404, 502],
  },
});
