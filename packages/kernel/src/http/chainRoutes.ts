import { evidenceRoutes as routes } from '@koinon/api';
import type { NodePorts } from '../ports/ports.ts';
import { handle, type RouteHandler } from './api.ts';
import { notFound } from './errors.ts';

/** What the chain says, for a page that has no RPC of its own. */
export function chainRoutes({ chain }: Pick<NodePorts, 'chain'>): RouteHandler[] {
  return [
    handle(routes.anchor, async ({ params: { operator }, query: { size } }) => ({
      anchor: (await chain.nodes.anchorTransaction(operator, size)) ?? null,
    })),
    handle(routes.transaction, async ({ params: { hash } }) => {
      const found = await chain.mined(hash);
      if (!found) throw notFound('such transaction');
      return found;
    }),
  ];
}
