import { servingRoutes as routes } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { busy, handle, type RouteHandler } from '@koinon/kernel';
import type { Catalogue, CatalogueModel } from './catalogue.ts';
import type { BeginPrediction } from './countPredictions.ts';
import { inferRoutes } from './inferRoute.ts';
import { modelUnknown } from './modelRoutes.ts';
import type { Predictors } from './predictors.ts';

export interface InferenceNeeds {
  catalogue: Omit<Catalogue, 'add'>;
  blobs: Pick<NodePorts['store']['blobs'], 'has'>;
  predictors: Predictors;
  beginPrediction: BeginPrediction;
  version: string;
}

/**
 * The Open Inference Protocol (KServe v2), so that its clients work unchanged. Every endpoint of its REST document;
 * errors are `{"error": "…"}`, as it says.
 */
export function inferenceRoutes(needs: InferenceNeeds): RouteHandler[] {
  const { catalogue, blobs, predictors, beginPrediction, version } = needs;
  const find = (named: { name: string; version?: string }): CatalogueModel => {
    const entry =
      named.version === undefined
        ? catalogue.latest(named.name)
        : /^[1-9][0-9]{0,8}$/.test(named.version)
          ? catalogue.get(named.name, Number(named.version))
          : undefined;
    if (!entry) throw modelUnknown(named.name);
    return entry;
  };
  const server = () => ({ name: 'koinon', version, extensions: [] });
  const metadata = async ({ params }: { params: Parameters<typeof find>[0] }) => {
    const entry = find(params);
    const { inputs, outputs } = await predictors.metadata(entry);
    const versions = catalogue.versions(entry.name).map(each => String(each.version));
    return { name: entry.name, versions, platform: 'onnx_onnxv1', inputs, outputs };
  };
  const ready = async ({ params }: { params: Parameters<typeof find>[0] }) => {
    const entry = find(params);
    await predictors.metadata(entry);
    return { name: entry.name, ready: true };
  };
  return [
    handle(routes.server, server),
    handle(routes.serverRoot, server),
    handle(routes.live, () => ({ live: true })),
    handle(routes.ready, async () => {
      for (const { name, model } of catalogue.list()) {
        if (!(await blobs.has(model))) throw busy(`the file of model "${name}" is missing`);
      }
      return { ready: true };
    }),
    handle(routes.names, () => ({ models: [...new Set(catalogue.list().map(entry => entry.name))] })),
    handle(routes.metadata, metadata),
    handle(routes.metadataOfVersion, metadata),
    handle(routes.modelReady, ready),
    handle(routes.modelReadyOfVersion, ready),
    ...inferRoutes(find, predictors, beginPrediction),
  ];
}
