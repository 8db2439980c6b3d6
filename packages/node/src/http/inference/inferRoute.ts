import type { Prediction } from '@koinon/executors';
import { asKoinonError } from '@koinon/protocol';
import type { z } from 'zod';
import type { CatalogueModel } from '../../models/catalogue.ts';
import type { Predictors } from '../../models/predictors.ts';
import { type Api, json } from '../api.ts';
import type { Meter } from '../metrics/meter.ts';
import { badInput, columnsOf } from './columnsOf.ts';
import { inferAnswer, inferRequest } from './protocol.ts';
import { readInferRequest } from './readInferRequest.ts';

/** Questions read and answered at once: each may hold a body of 16 MiB and its parsed form. */
const UNDER_WAY_MAX = 32;

/** Serves predictions at `path`. The answer names, in headers, the file and the passport of the model that gave it. */
export function addInferRoute(
  api: Api,
  path: string,
  params: z.ZodObject<{ name: z.ZodString; version?: z.ZodString }>,
  find: (named: { name: string; version?: string }) => CatalogueModel,
  predictors: Predictors,
  meter: Meter,
): void {
  api.add(
    {
      method: 'post',
      path,
      summary: 'Predicts: one tensor for each input, as many rows as you like up to 65,536',
      tag: 'inference',
      params,
      body: { kind: 'json', schema: inferRequest, read: readInferRequest },
      answer: json(inferAnswer),
      needsToken: false,
      atOnce: UNDER_WAY_MAX,
    },
    async ({ params: named, body: request, context }) => {
      const entry = find(named as { name: string; version?: string });
      const done = meter.beginPrediction();
      try {
        const { inputs } = await predictors.metadata(entry);
        const { columns, rows } = columnsOf(request.inputs, inputs);
        const outputs = outputsOf(await predictors.predict(entry, columns, rows), rows);
        const wanted = request.outputs?.map(output => output.name) ?? outputs.map(output => output.name);
        const missing = wanted.find(name => !outputs.some(output => output.name === name));
        if (missing !== undefined) throw badInput(`the model has no output "${missing}"`);
        context.header('x-koinon-model', entry.model);
        context.header('x-koinon-passport', entry.passport);
        done('answered', rows);
        return context.json({
          model_name: entry.name,
          model_version: String(entry.version),
          ...(request.id === undefined ? {} : { id: request.id }),
          outputs: outputs.filter(output => wanted.includes(output.name)),
        });
      } catch (error) {
        done(asKoinonError(error).fault === 'user' ? 'refused' : 'failed', 0);
        throw error;
      }
    },
  );
}

function outputsOf({ labels, probabilities, classes }: Prediction, rows: number) {
  return [
    { name: 'label', datatype: 'BYTES', shape: [rows], data: labels },
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [rows, classes.length],
      parameters: { classes: classes.join(',') },
      // JSON has no word for what is not finite; the protocol lets a value be a string.
      data: Array.from(probabilities, value => (Number.isFinite(value) ? value : String(value))),
    },
  ];
}
