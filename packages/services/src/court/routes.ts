import { courtRoutes as routes } from '@koinon/api';
import { handle, notFound, type RouteHandler } from '@koinon/kernel';
import { type DisputeNeeds, detailOf, readDocket, summariesOf } from './disputesView.ts';
import { type IntegrityNeeds, integrityViewOf } from './integrityView.ts';

/** What this node knows of audits and of the court. */
export function courtRoutes(needs: DisputeNeeds & IntegrityNeeds): RouteHandler[] {
  return [
    handle(routes.integrity, () => integrityViewOf(needs)),
    handle(routes.disputes, async () => ({ disputes: summariesOf(await readDocket(needs)) })),
    handle(routes.dispute, async ({ params: { id } }) => {
      const detail = await detailOf(needs, id);
      if (!detail) throw notFound('such dispute');
      return detail;
    }),
  ];
}
