import { custodyRoutes as routes } from '@koinon/api';
import { handle, type NodePorts, type RouteHandler } from '@koinon/kernel';

/** Takes back what an owner granted. */
export function revokeRoutes({ chain }: Pick<NodePorts, 'chain'>): RouteHandler[] {
  return [
    handle(routes.revoke, ({ params: { id }, body: { grant } }) =>
      grant ? chain.datasets.revokeGrant(id, grant) : chain.datasets.revokeAll(id),
    ),
  ];
}
