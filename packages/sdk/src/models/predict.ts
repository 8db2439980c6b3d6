import { servingRoutes } from '@koinon/api';
import type { Client } from '../client/createClient.ts';
import { inferRequestOf, type Prediction, predictionsOf, type Row } from './inferRequest.ts';

/** Rows asked about in one request. */
const BATCH_ROWS = 1_000;

/**
 * Asks a model about rows, each an object by the names of its columns: a prediction for each, in their order, with
 * probabilities of 0 to 1. A column that is not there, or null, is missing. `name` is a model's, or one version's as
 * `name@version`. Throws `K_NODE_ANSWER` with the node's sentence for what the model cannot take, and what `Client.call` throws.
 *
 * @example
 * const [prediction] = await koinon.predict('heart', [{ age: 61, sex: 'female' }]);
 * console.log(prediction?.label, prediction?.probabilities);
 */
export async function predict(client: Client, name: string, rows: readonly Row[]): Promise<Prediction[]> {
  const params = await versionOf(client, name);
  const { inputs } = await client.call(servingRoutes.metadataOfVersion, { params });
  const predictions: Prediction[] = [];
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const body = inferRequestOf(inputs, rows.slice(from, from + BATCH_ROWS));
    predictions.push(...predictionsOf(await client.call(servingRoutes.inferOfVersion, { params, body })));
  }
  return predictions;
}

/** One version for all rows, also while a newer one comes. */
async function versionOf(client: Client, text: string): Promise<{ name: string; version: string }> {
  const [name = '', version] = text.split('@');
  if (version !== undefined) return { name, version };
  const { model } = await client.call(servingRoutes.model, { params: { name } });
  return { name, version: String(model.version) };
}
