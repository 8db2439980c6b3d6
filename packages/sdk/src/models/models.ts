import { servingRoutes } from '@koinon/api';
import type { ModelEntry } from '../answers.ts';
import type { Client } from '../client/createClient.ts';

/**
 * The models the node serves, every version. Throws what `Client.call` throws.
 *
 * @example
 * for (const { name, version } of await koinon.models()) console.log(`${name}@${version}`);
 */
export async function models(client: Client): Promise<ModelEntry[]> {
  return (await client.call(servingRoutes.models)).models;
}
