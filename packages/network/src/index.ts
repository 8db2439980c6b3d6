export type { Clock } from '@koinon/protocol';
export type { FailureListener, Tap } from './assembleNetwork.ts';
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
