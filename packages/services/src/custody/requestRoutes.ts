import { custodyRoutes as routes } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { handle, type RouteHandler } from '@koinon/kernel';
import { type Hex, toBase64 } from '@koinon/protocol';
import type { DryRun } from './dryRun.ts';
import type { GrantService } from './grantService.ts';
import type { ProgramReader } from './programFacts.ts';
import type { RequestViews } from './requestView.ts';

export interface RequestNeeds {
  ports: Pick<NodePorts, 'chain'>;
  grants: Omit<GrantService, 'waiting'>;
  requestViews: Pick<RequestViews, 'view'>;
  programReader: Pick<ProgramReader, 'read'>;
  /** Shows the owner what a request would release; see `dryRun`. */
  dryRun(request: Hex, signal: AbortSignal): Promise<DryRun>;
}

/** Requests for grants name what others want with the data: the owner's business, so reading them needs the token too. */
export function requestRoutes({
  ports,
  grants,
  requestViews,
  programReader,
  dryRun,
}: RequestNeeds): RouteHandler[] {
  return [
    handle(routes.requests, async ({ query: { status, before, limit } }) => {
      const found = grants.list({
        limit: limit + 1,
        ...(status ? { status } : {}),
        ...(before === undefined ? {} : { before }),
      });
      const page = found.slice(0, limit);
      const requests = [];
      for (const each of page) requests.push(await requestViews.view(each));
      return { requests, ...(found.length > limit ? { next: page.at(-1)!.number } : {}) };
    }),
    handle(routes.request, async ({ params: { digest } }) => {
      const found = grants.look(digest);
      const { requester: operator } = found.request.message;
      const view = await requestViews.view(found);
      const [program, record] = await Promise.all([
        programReader.read(view.manifest, operator),
        ports.chain.nodes.get(operator),
      ]);
      const { owner, stake, registeredAt } = record ?? {};
      return { ...view, program, ...(record ? { requester: { operator, owner, stake, registeredAt } } : {}) };
    }),
    handle(routes.dryRun, async ({ params: { digest }, signal }) => {
      const { files, ...told } = await dryRun(digest, signal);
      return {
        ...told,
        files: files.map(({ bytes, ...file }) => ({
          ...file,
          base64: toBase64(bytes),
        })),
      };
    }),
    handle(routes.approve, async ({ params: { digest }, body }) => ({
      grant: await grants.approve(digest, body),
    })),
    handle(routes.deny, async ({ params: { digest }, body: { reason } }) => {
      await grants.deny(digest, reason);
      return {};
    }),
    handle(routes.denyMany, ({ body: { reason, ...which } }) => ({
      denied: grants.denyMany(which, reason),
    })),
  ];
}
