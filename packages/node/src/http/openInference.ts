import { asKoinonError, KoinonError } from '@koinon/protocol';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { KoinonNode } from '../createNode.ts';
import type { CatalogueModel } from '../models/catalogue.ts';
import type { Predictors } from '../models/predictors.ts';
import { bodyBytes } from './changeRoutes.ts';
import { statusOf } from './errors.ts';
import { modelUnknown, parse } from './readRoutes.ts';

const INFER_MAX_BYTES = 16 * 2 ** 20;
const FLOATS = new Set([
  'FP32',
  'FP64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'BOOL',
]);

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const tensor = z.looseObject({
  name: z.string().max(256),
  shape: z.array(z.number().int().nonnegative()).min(1).max(8),
  datatype: z.string().max(16),
  parameters: parameters.optional(),
  data: z.array(z.unknown()),
});
const inferRequest = z.looseObject({
  id: z.string().max(256).optional(),
  parameters: parameters.optional(),
  inputs: z.array(tensor).min(1).max(1024),
  outputs: z
    .array(z.looseObject({ name: z.string().max(256), parameters: parameters.optional() }))
    .optional(),
});

/**
 * The Open Inference Protocol (KServe v2), so that its clients work unchanged. Errors are `{"error": "…"}`, as it says;
 * a missing cell is `null`, NaN, or one of the words a table knows it by.
 */
export function addOpenInference(app: Hono, node: KoinonNode, predictors: Predictors): void {
  const guarded =
    (handle: (context: Context) => Promise<Response>) =>
    async (context: Context): Promise<Response> => {
      try {
        return await handle(context);
      } catch (error) {
        const known = asKoinonError(error);
        return context.json(
          { error: `${known.message}${known.next ? ` ${known.next}` : ''}` },
          statusOf(known),
        );
      }
    };
  const find = (context: Context): CatalogueModel => {
    const name = context.req.param('name')!;
    const version = context.req.param('version');
    const entry =
      version === undefined ? node.catalogue.latest(name) : node.catalogue.get(name, Number(version));
    if (!entry) throw modelUnknown(name);
    return entry;
  };

  app.get('/v2', context => context.json({ name: 'koinon', version: node.options.version, extensions: [] }));
  app.get('/v2/health/live', context => context.json({ live: true }));
  app.get('/v2/health/ready', context => context.json({ ready: true }));
  app.get('/v2/models', context =>
    context.json({ models: [...new Set(node.catalogue.list().map(entry => entry.name))] }),
  );
  for (const base of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get(
      base,
      guarded(async context => {
        const entry = find(context);
        const { inputs, outputs } = (await predictors.of(entry)).metadata();
        return context.json({
          name: entry.name,
          versions: node.catalogue.versions(entry.name).map(({ version }) => String(version)),
          platform: 'onnx_onnxv1',
          inputs,
          outputs,
        });
      }),
    );
    app.get(
      `${base}/ready`,
      guarded(async context => {
        const entry = find(context);
        await predictors.of(entry);
        return context.json({ name: entry.name, ready: true });
      }),
    );
    app.post(
      `${base}/infer`,
      guarded(async context => {
        const entry = find(context);
        const request = parse(inferRequest, await json(context));
        const predictor = await predictors.of(entry);
        const rows = request.inputs[0]!.shape[0]!;
        const columns = new Map<string, Float32Array | string[]>();
        for (const { name, datatype } of predictor.metadata().inputs) {
          const given = request.inputs.find(input => input.name === name);
          if (!given) throw badInput(`the input "${name}" is missing`);
          if (given.shape[0] !== rows || given.shape.slice(1).some(size => size !== 1)) {
            throw badInput(`the input "${name}" must have the shape [${rows}, 1]`);
          }
          const cells = given.data.flat(8);
          if (cells.length !== rows)
            throw badInput(`the input "${name}" has ${cells.length} values for ${rows} rows`);
          columns.set(
            name,
            datatype === 'BYTES'
              ? cells.map(word(name))
              : Float32Array.from(cells, number(name, given.datatype)),
          );
        }
        const known = new Set(predictor.metadata().inputs.map(input => input.name));
        const stranger = request.inputs.find(input => !known.has(input.name));
        if (stranger) throw badInput(`the model has no input "${stranger.name}"`);
        const { labels, probabilities, classes } = await predictor.predict(columns, rows);
        const outputs = [
          { name: 'label', datatype: 'BYTES', shape: [rows], data: labels },
          {
            name: 'probabilities',
            datatype: 'FP32',
            shape: [rows, classes.length],
            parameters: { classes: classes.join(',') },
            data: [...probabilities],
          },
        ];
        const wanted = request.outputs?.map(output => output.name);
        const missing = wanted?.find(name => !outputs.some(output => output.name === name));
        if (missing !== undefined) throw badInput(`the model has no output "${missing}"`);
        context.header('x-koinon-model', entry.model);
        context.header('x-koinon-passport', entry.passport);
        return context.json({
          model_name: entry.name,
          model_version: String(entry.version),
          ...(request.id === undefined ? {} : { id: request.id }),
          outputs: wanted ? outputs.filter(output => wanted.includes(output.name)) : outputs,
        });
      }),
    );
  }
}

async function json(context: Context): Promise<unknown> {
  const bytes = await bodyBytes(context, INFER_MAX_BYTES);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw badInput('the body is not JSON');
  }
}

const word = (name: string) => (cell: unknown) => {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  throw badInput(`the input "${name}" takes words (BYTES)`);
};

const number = (name: string, datatype: string) => (cell: unknown) => {
  if (cell === null) return Number.NaN;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'number' && FLOATS.has(datatype)) return cell;
  throw badInput(`the input "${name}" takes numbers (FP32)`);
};

function badInput(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_PREDICT_INPUT',
    message: `The request cannot be answered: ${reason}.`,
    fault: 'user',
  });
}
