import type { Cid, Hex } from '@koinon/protocol';
import type { FindOptions } from './network.ts';
import type { Pipe } from './pipe.ts';

export const RPC_PROTOCOL = '/koinon/rpc/1';
export const BLOB_PROTOCOL = '/koinon/blob/1';
export type ProtocolName = typeof RPC_PROTOCOL | typeof BLOB_PROTOCOL;

/** What carries the streams: libp2p, or the hub in memory. Everything above is the same code. */
export interface Wire {
  /** `from` is proven by the handshake. */
  start(onPipe: (protocol: ProtocolName, pipe: Pipe, from: Hex) => void): Promise<void>;
  stop(): Promise<void>;
  /** A new stream on a live connection, dialling when there is none. Throws `K_PEER_UNKNOWN`, `K_PEER_UNREACHABLE`. */
  open(to: Hex, protocol: ProtocolName): Promise<Pipe>;
  multiaddrs(): string[];
  peers(): { operator: Hex; connections: number }[];
  provide(cid: Cid): Promise<void>;
  findProviders(cid: Cid, options: FindOptions): AsyncIterable<Hex>;
}
