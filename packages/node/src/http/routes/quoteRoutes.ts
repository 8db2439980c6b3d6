import { assuranceTermsSchema, quoteSchema, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { quoteFor } from '../../studies/quote.ts';
import { PUBLIC_FUEL } from '../../studies/runManifest.ts';
import { studyRequestSchema } from '../../studies/studyBook.ts';
import { type Api, json } from '../api.ts';

/** Providers are asked for their offers, so not many at once. */
const AT_ONCE = 4;
const PATIENCE_MS = 15_000;

/** Price, residual risk and bits, before an order is made. */
export function addQuoteRoutes(api: Api, node: KoinonNode): void {
  api.add(
    {
      method: 'post',
      path: '/api/quotes',
      summary:
        'What a job would cost, the chance that a wrong result is never found, and how much private jobs could tell',
      tag: 'studies',
      body: json(
        z.strictObject({
          /** Whose record counts; without it the provider is a stranger to the program. */
          program: schema.cid.optional(),
          fuel: schema.uint(64).default(BigInt(PUBLIC_FUEL)),
          assurance: assuranceTermsSchema.default({ kind: 'replay' }),
          dataset: schema.uint(256).optional(),
          /** What would be sent to `/api/studies`, instead of the above: its private jobs are then told with their bits. */
          study: studyRequestSchema.optional(),
        }),
      ),
      answer: json(quoteSchema),
      needsToken: true,
      atOnce: AT_ONCE,
    },
    ({ body }) =>
      quoteFor(node, { ...body, auditAmount: node.options.auditAmount }, AbortSignal.timeout(PATIENCE_MS)),
  );
}
