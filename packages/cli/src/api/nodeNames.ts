import { namesRoutes } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client } from '@koinon/sdk';

/** What to call an address: by the name of its node with the short address beside, or by the short address alone. */
export type NameOf = (address: string) => string;

/**
 * Names as the owners of nodes put them on chain, else those of `members`. Two owners may call theirs the same, so the address
 * stands beside. Names are an aid: where the node tells none, nothing fails.
 */
export async function learnNames(
  client: Client,
  members: readonly { name: string; operator: string }[],
): Promise<NameOf> {
  const { names } = await client.call(namesRoutes.list).catch((error: unknown) => {
    if (error instanceof KoinonError) return { names: [] };
    throw error;
  });
  const known = new Map<string, string>([
    ...members.map(({ operator, name }) => [operator, name] as const),
    ...names.map(({ node, name }) => [node, name] as const),
  ]);
  return address => {
    const name = known.get(address.toLowerCase());
    return name === undefined ? shortAddress(address) : `${name} (${shortAddress(address)})`;
  };
}

/** The ends of an address; other text as it is. */
export function shortAddress(address: string): string {
  return address.length > 20 ? `${address.slice(0, 8)}…${address.slice(-4)}` : address;
}
