import { assuranceTermsSchema, quoteSchema, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { quoteFor } from '../../studies/quote.ts';
import { type Api, json } from '../api.ts';

/** Providers are asked for their offers, so not many at once. */
const AT_ONCE = 4;
const PATIENCE_MS = 15_000;
/** What single public runs are allowed unless they say so. */
const PUBLIC_FUEL = 100_000_000_000n;

/** Price and residual risk, before an order is made. */
export function addQuoteRoutes(api: Api, node: KoinonNode): void {
  api.add(
    {
      method: 'post',
      path: '/api/quotes',
      summary: 'What a job would cost, and the chance that a wrong result is never found',
      tag: 'studies',
      body: json(
        z.strictObject({
          /** Whose record counts; without it the provider is a stranger to the program. */
          program: schema.cid.optional(),
          fuel: schema.uint(64).default(PUBLIC_FUEL),
          assurance: assuranceTermsSchema.default({ kind: 'replay' }),
          dataset: schema.uint(256).optional(),
        }),
      ),
      answer: json(quoteSchema),
      needsToken: true,
      atOnce: AT_ONCE,
    },
    ({ body }) =>
      quoteFor(
        node.ports,
        node.record,
        { ...body, auditAmount: node.options.auditAmount },
        AbortSignal.timeout(PATIENCE_MS),
      ),
  );
}
