import type { CreateNetworkOptions } from './libp2p/createNetwork.ts';
import type { Network } from './network.ts';

/** A node's network on libp2p, not started. The libraries (0.4 s, 60 MB) are loaded here, on the first call. */
export async function createNetwork(options: CreateNetworkOptions): Promise<Network> {
  const { createNetwork: create } = await import('./libp2p/createNetwork.ts');
  return create(options);
}
