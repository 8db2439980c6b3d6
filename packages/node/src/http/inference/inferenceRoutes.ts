import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import type { CatalogueModel } from '../../models/catalogue.ts';
import type { Predictors } from '../../models/predictors.ts';
import { type Api, json } from '../api.ts';
import { busy } from '../errors.ts';
import type { Meter } from '../metrics/meter.ts';
import { modelUnknown } from '../routes/modelRoutes.ts';
import { addInferRoute } from './inferRoute.ts';
import { modelMetadata, serverMetadata } from './protocol.ts';

const read = { method: 'get', tag: 'inference', needsToken: false } as const;

/**
 * The Open Inference Protocol (KServe v2), so that its clients work unchanged. Every endpoint of its REST document;
 * errors are `{"error": "…"}`, as it says.
 */
export function addInferenceRoutes(api: Api, node: KoinonNode, predictors: Predictors, meter: Meter): void {
  const find = ({ name, version }: { name: string; version?: string }): CatalogueModel => {
    const entry =
      version === undefined
        ? node.catalogue.latest(name)
        : /^[1-9][0-9]{0,8}$/.test(version)
          ? node.catalogue.get(name, Number(version))
          : undefined;
    if (!entry) throw modelUnknown(name);
    return entry;
  };

  for (const path of ['/v2', '/v2/']) {
    api.add({ ...read, path, summary: 'What this server is', answer: json(serverMetadata) }, () => ({
      name: 'koinon',
      version: node.options.version,
      extensions: [],
    }));
  }
  api.add(
    {
      ...read,
      path: '/v2/health/live',
      summary: 'Answers while the server lives',
      answer: json(z.strictObject({ live: z.literal(true) })),
    },
    () => ({ live: true }),
  );
  api.add(
    {
      ...read,
      path: '/v2/health/ready',
      summary: 'Whether every model it names can be asked',
      answer: json(z.strictObject({ ready: z.literal(true) })),
    },
    async () => {
      for (const { name, model } of node.catalogue.list()) {
        if (!(await node.ports.store.blobs.has(model))) throw busy(`the file of model "${name}" is missing`);
      }
      return { ready: true };
    },
  );
  api.add(
    {
      ...read,
      path: '/v2/models',
      summary: 'Names of the models (not in the protocol)',
      answer: json(z.strictObject({ models: z.array(z.string()) })),
    },
    () => ({ models: [...new Set(node.catalogue.list().map(entry => entry.name))] }),
  );

  for (const [base, params] of [
    ['/v2/models/:name', z.object({ name: z.string() })],
    ['/v2/models/:name/versions/:version', z.object({ name: z.string(), version: z.string() })],
  ] as const) {
    api.add(
      { ...read, path: base, summary: 'Inputs and outputs of a model', params, answer: json(modelMetadata) },
      async ({ params: named }) => {
        const entry = find(named);
        const { inputs, outputs } = await predictors.metadata(entry);
        const versions = node.catalogue.versions(entry.name).map(({ version }) => String(version));
        return { name: entry.name, versions, platform: 'onnx_onnxv1', inputs, outputs };
      },
    );
    api.add(
      {
        ...read,
        path: `${base}/ready`,
        summary: 'Whether a model can be asked; loads it',
        params,
        answer: json(z.strictObject({ name: z.string(), ready: z.literal(true) })),
      },
      async ({ params: named }) => {
        const entry = find(named);
        await predictors.metadata(entry);
        return { name: entry.name, ready: true };
      },
    );
    addInferRoute(api, `${base}/infer`, params, find, predictors, meter);
  }
}
