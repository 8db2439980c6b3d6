import { servingRoutes as routes } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { handle, type RouteHandler } from '@koinon/kernel';
import { decodeNode, digestOfCid, KoinonError, passportSchema } from '@koinon/protocol';
import type { Catalogue } from './catalogue.ts';

export interface ModelNeeds {
  ports: Pick<NodePorts, 'store' | 'chain'>;
  catalogue: Pick<Catalogue, 'list' | 'latest' | 'get'>;
}

export function modelRoutes({ ports: { store, chain }, catalogue }: ModelNeeds): RouteHandler[] {
  return [
    handle(routes.models, () => ({ models: catalogue.list() })),
    handle(routes.model, async ({ params: { name }, query: { version } }) => {
      const model = version === undefined ? catalogue.latest(name) : catalogue.get(name, version);
      const bytes = model && (await store.blobs.get(model.passport));
      if (!model || !bytes) throw modelUnknown(name);
      return {
        model,
        passport: passportSchema.parse(decodeNode(bytes)),
        registered: (await chain.models.get(digestOfCid(model.model))) ?? null,
      };
    }),
  ];
}

export function modelUnknown(name: string): KoinonError {
  return new KoinonError({
    code: 'K_MODEL_UNKNOWN',
    message: `No model "${name.slice(0, 80)}" is served here.`,
    fault: 'user',
    next: '"koinon models ls" lists them.',
  });
}
