import { namesRoutes } from '@koinon/api';
import type { Hex } from '@koinon/protocol';
import { nodeClient } from '../api/nodeClient.ts';
import { readToken } from './readToken.ts';

export interface OwnedNode {
  node: Hex;
  name: string;
  /** The node whose operator key is the owner. */
  owner: { url: string; home: string };
}

/**
 * Names nodes that another's operator owns, each through its owner's node, unless it has a name. A name helps people and
 * nothing else, so what fails is left for the next start.
 */
export async function nameOwned(nodes: readonly OwnedNode[], signal: AbortSignal): Promise<void> {
  const name = async ({ node, name, owner }: OwnedNode): Promise<void> => {
    const client = nodeClient(owner.url, readToken(owner.home));
    const { names } = await client.call(namesRoutes.list, {}, { signal });
    if (names.some(named => named.node === node)) return;
    await client.call(namesRoutes.set, { body: { name, node } }, { signal });
  };
  await Promise.allSettled(nodes.map(name));
}
