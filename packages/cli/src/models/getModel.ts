import { servingRoutes } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client, Model } from '@koinon/sdk';
import { nearestName } from '@koinon/tabular';
import type { ModelReference } from './modelName.ts';

/** A model with its passport. Throws `K_MODEL_UNKNOWN` with the nearest name. */
export async function getModel(client: Client, { name, version }: ModelReference): Promise<Model> {
  const query = version === undefined ? {} : { version };
  return client
    .call(servingRoutes.model, { params: { name }, query })
    .catch(error => suggestModel(client, name, error));
}

/** Throws the error; that of an unknown model with the nearest name there is. */
async function suggestModel(client: Client, name: string, error: unknown): Promise<never> {
  if (!(error instanceof KoinonError) || error.code !== 'K_MODEL_UNKNOWN') throw error;
  const { models } = await client.call(servingRoutes.models);
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
