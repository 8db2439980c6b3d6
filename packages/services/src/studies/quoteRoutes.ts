import { studiesRoutes as routes } from '@koinon/api';
import { type Clock, handle, type RouteHandler } from '@koinon/kernel';
import { type Quote, within } from '@koinon/protocol';
import type { QuoteRequest } from './quote.ts';

const PATIENCE_MS = 15_000;

/** Price, residual risk and bits, before an order is made. */
export function quoteRoutes(
  quote: (request: QuoteRequest, signal: AbortSignal) => Promise<Quote>,
  clock: Clock,
): RouteHandler[] {
  return [handle(routes.quote, ({ body }) => within(clock, PATIENCE_MS, signal => quote(body, signal)))];
}
