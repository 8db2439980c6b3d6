import { servingRoutes } from '@koinon/api';
import type { Prediction } from '@koinon/executors';
import { handle, type Question, type RouteHandler } from '@koinon/kernel';
import { asKoinonError } from '@koinon/protocol';
import type { CatalogueModel } from './catalogue.ts';
import { badInput, columnsOf } from './columnsOf.ts';
import type { BeginPrediction } from './countPredictions.ts';
import type { Predictors } from './predictors.ts';
import { readInferRequest } from './readInferRequest.ts';

/** Serves predictions. The answer names, in headers, the file and the passport of the model that gave it. */
export function inferRoutes(
  find: (named: { name: string; version?: string }) => CatalogueModel,
  predictors: Predictors,
  beginPrediction: BeginPrediction,
): RouteHandler[] {
  const { infer, inferOfVersion } = servingRoutes;
  type Asked = Question<typeof infer> | Question<typeof inferOfVersion>;
  const answer = async ({ params, body: request }: Asked): Promise<Response> => {
    const entry = find(params);
    const done = beginPrediction();
    try {
      const { inputs } = await predictors.metadata(entry);
      const { columns, rows } = columnsOf(request.inputs, inputs);
      const outputs = outputsOf(await predictors.predict(entry, columns, rows), rows);
      const wanted = request.outputs?.map(output => output.name) ?? outputs.map(output => output.name);
      const missing = wanted.find(name => !outputs.some(output => output.name === name));
      if (missing !== undefined) throw badInput(`the model has no output "${missing}"`);
      done('answered', rows);
      return Response.json(
        {
          model_name: entry.name,
          model_version: String(entry.version),
          ...(request.id === undefined ? {} : { id: request.id }),
          outputs: outputs.filter(output => wanted.includes(output.name)),
        },
        { headers: { 'x-koinon-model': entry.model, 'x-koinon-passport': entry.passport } },
      );
    } catch (error) {
      done(asKoinonError(error).fault === 'user' ? 'refused' : 'failed', 0);
      throw error;
    }
  };
  const readBody = readInferRequest;
  return [handle(infer, answer, { readBody }), handle(inferOfVersion, answer, { readBody })];
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
