import { z } from 'zod';
import { json, routes } from '../route.ts';
import { address, bytes32 } from '../wire.ts';

/** How far a node has come with a receipt it was asked to replay. */
export const auditStates = ['pending', 'reported', 'refused'] as const;

const auditTaskSchema = z.object({
  receipt: bytes32,
  provider: address,
  state: z.enum(auditStates),
  reason: z.string().optional(),
});

export const auditRoutes = routes('audit', {
  audits: {
    method: 'get',
    path: '/api/audits',
    summary: 'Receipts this node was asked to replay',
    answer: json(z.object({ audits: z.array(auditTaskSchema) })),
    needsToken: false,
  },
});
