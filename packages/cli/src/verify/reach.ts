import { readFile } from 'node:fs/promises';
import { nodeRoutes } from '@koinon/api';
import { type Cid, type Deployment, deploymentSchema, KoinonError } from '@koinon/protocol';
import { type Client, nodeSources } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import { readLocalNetwork } from '../api/localNetwork.ts';
import { nodeClient } from '../api/nodeClient.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { usageError } from '../terminal/usageError.ts';

/** The nodes that can be asked, and what they say about the network. */
export interface Reach {
  client: Client;
  /** Bytes under a name, from whichever node has them; whoever asks holds them to the name. */
  blob(cid: Cid): Promise<Uint8Array | undefined>;
  /** The network, as the node says. */
  deployment(): Promise<Deployment>;
  /** Endpoint of the chain, where the local network wrote it down. */
  rpcUrl: string | undefined;
}

/** Finds the nodes to ask. Throws what `chooseNode` throws. */
export function reachNodes(surroundings: Pick<Surroundings, 'home' | 'node' | 'as' | 'environment'>): Reach {
  const { client } = chooseNode(surroundings, 'researcher');
  const local = readLocalNetwork(surroundings.home);
  const isLocal = local?.nodes.some(({ url }) => sameOrigin(url, client.url)) === true;
  const others = isLocal ? local.nodes.filter(({ url }) => !sameOrigin(url, client.url)) : [];
  const clients = [client, ...others.map(({ url }) => nodeClient(url))];
  let deployment: Promise<Deployment> | undefined;
  return {
    client,
    rpcUrl: isLocal ? local.rpcUrl : undefined,
    blob: async cid => {
      for (const each of clients) {
        const bytes = await nodeSources(each)
          .blob(cid)
          .catch(error => {
            if (each === client && error instanceof KoinonError && error.code === 'K_NODE_UNREACHABLE')
              throw error;
            return undefined;
          });
        if (bytes) return bytes;
      }
      return undefined;
    },
    deployment: () => {
      deployment ??= client.call(nodeRoutes.status).then(status => status.deployment);
      return deployment;
    },
  };
}

/** The address file of a network, as `koinon deploy` writes it. Throws `K_USAGE`. */
export async function readDeployment(path: string): Promise<Deployment> {
  try {
    return deploymentSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    throw usageError(`${path} is no address file of a network.`, '"koinon deploy" writes one.');
  }
}

function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
