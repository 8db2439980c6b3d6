import { namesRoutes as routes } from '@koinon/api';
import { handle, type RouteHandler } from '@koinon/kernel';
import type { Hex } from '@koinon/protocol';
import type { NodeNames } from './nodeNames.ts';

export function namesRoutes(names: Pick<NodeNames, 'list' | 'set'>, self: Hex): RouteHandler[] {
  return [
    handle(routes.list, async () => ({ names: await names.list() })),
    handle(routes.set, ({ body: { name, node = self } }) => names.set(node, name)),
  ];
}
