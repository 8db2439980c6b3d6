import { KoinonError } from '@koinon/protocol/errors';
import { nearestName } from '@koinon/tabular';
import type { z } from 'zod';
import { modelAnswer, modelsAnswer } from '../api/answers.ts';
import type { NodeClient } from '../api/nodeClient.ts';
import type { ModelReference } from './modelName.ts';

/** A model with its passport. Throws `K_MODEL_UNKNOWN` with the nearest name. */
export async function getModel(
  client: NodeClient,
  { name, version }: ModelReference,
): Promise<z.output<typeof modelAnswer>> {
  const path = `/api/models/${encodeURIComponent(name)}${version === undefined ? '' : `?version=${version}`}`;
  return client.get(path, modelAnswer).catch(error => suggestModel(client, name, error));
}

/** Throws the error; that of an unknown model with the nearest name there is. */
async function suggestModel(client: NodeClient, name: string, error: unknown): Promise<never> {
  if (!(error instanceof KoinonError) || error.code !== 'K_MODEL_UNKNOWN') throw error;
  const { models } = await client.get('/api/models', modelsAnswer);
  const near = nearestName(
    name,
    models.map(model => model.name),
  );
  throw new KoinonError({
    code: error.code,
    message: error.message,
    fault: 'user',
    next: `${near === undefined || near === name ? '' : `Did you mean "${near}"? `}"koinon models ls" lists them.`,
  });
}
