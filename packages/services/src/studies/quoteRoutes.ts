import { studiesRoutes as routes } from '@koinon/api';
import { handle, type RouteHandler } from '@koinon/kernel';
import type { Quote } from '@koinon/protocol';
import type { QuoteRequest } from './quote.ts';

const PATIENCE_MS = 15_000;

/** Price, residual risk and bits, before an order is made. */
export function quoteRoutes(
  quote: (request: QuoteRequest, signal: AbortSignal) => Promise<Quote>,
): RouteHandler[] {
  return [handle(routes.quote, ({ body }) => quote(body, AbortSignal.timeout(PATIENCE_MS)))];
}
