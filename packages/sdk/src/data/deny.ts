import { custodyRoutes } from '@koinon/api';
import type { Hex } from '@koinon/protocol';
import type { Client } from '../client/createClient.ts';

/**
 * Refuses a request that waits; whoever asked is told the reason. Throws `K_REQUEST_DECIDED` where it was answered before, and
 * what `Client.call` throws.
 *
 * @example
 * await koinon.deny(unwanted, 'Not for this purpose.');
 */
export async function deny(client: Client, digest: Hex, reason = ''): Promise<void> {
  await client.call(custodyRoutes.deny, { params: { digest }, body: { reason } });
}
