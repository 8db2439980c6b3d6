import { workRoutes as routes } from '@koinon/api';
import { handle, type RouteHandler } from '@koinon/kernel';
import { decodeManifest } from '@koinon/protocol';
import type { JobBook } from './jobBook.ts';

/** What this node did for others. */
export function workRoutes(jobs: Pick<JobBook, 'list'>): RouteHandler[] {
  return [
    handle(routes.jobs, () => ({
      jobs: jobs.list().map(found => {
        const manifest = decodeManifest(found.manifest);
        return {
          order: found.orderDigest,
          requester: found.order.message.requester,
          state: found.state,
          createdAtMs: found.createdAtMs,
          receipt: found.receiptDigest,
          failure: found.failure,
          private: manifest.private,
          executor: manifest.executor,
          released: found.result?.released,
        };
      }),
    })),
  ];
}
