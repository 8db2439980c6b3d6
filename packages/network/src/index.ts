export type { FailureListener, Tap } from './assembleNetwork.ts';
export type { Clock } from './clock.ts';
export { peerIdOfKey } from './identity.ts';
export type { CreateNetworkOptions } from './libp2p/createNetwork.ts';
export { TokenBucket } from './limiter.ts';
export type { NetworkLimits } from './limits.ts';
export {
  type JoinOptions,
  type MemoryHub,
  type MemoryOptions,
  memoryNetwork,
  type SentRecord,
} from './memory/memoryNetwork.ts';
export type {
  BlobSource,
  Directory,
  FetchOptions,
  FindOptions,
  Network,
  PeerRecord,
  RequestHandler,
  RequestOptions,
} from './network.ts';

import type { CreateNetworkOptions } from './libp2p/createNetwork.ts';
import type { Network } from './network.ts';

/** A node's network on libp2p, not started. The libraries (0.4 s, 60 MB) are loaded here, on the first call. */
export async function createNetwork(options: CreateNetworkOptions): Promise<Network> {
  const { createNetwork: create } = await import('./libp2p/createNetwork.ts');
  return create(options);
}
