/** What a stranger may cost this node. */
export interface NetworkLimits {
  /** Requests that one peer may make, sustained and at once. */
  requestsPerSecond: number;
  requestBurst: number;
  /** Request bytes from one peer, sustained; twice that at once. */
  bytesPerSecond: number;
  /** Blob parts (at most 1 MiB each) that one peer may ask for, sustained; twice that at once. */
  partsPerSecond: number;
  /** Handlers that run at the same time for one peer, and for all of them. */
  concurrentPerPeer: number;
  concurrentTotal: number;
  /** After this the caller hears `K_PEER_TIMEOUT`; the handler keeps its place until it ends. */
  handlerTimeoutMs: number;
  /** Parts that are held in memory at the same time for one peer, and for all of them. */
  partsAtOncePerPeer: number;
  partsAtOnceTotal: number;
  /** A peer that does not read what it asked for within this loses the stream. */
  writeTimeoutMs: number;
  /** Refusals in a row after which the stream is closed. */
  refusalsBeforeClose: number;
  /** Connections in all, and new ones per second from one host. */
  maxConnections: number;
  newConnectionsPerSecond: number;
  /** Streams of one protocol on one connection. */
  streamsPerConnection: number;
  /** Addresses of one peer that are tried. */
  maxAddresses: number;
  dialTimeoutMs: number;
}

export const defaultLimits: NetworkLimits = {
  requestsPerSecond: 200,
  requestBurst: 400,
  bytesPerSecond: 16 << 20,
  partsPerSecond: 1024,
  concurrentPerPeer: 64,
  concurrentTotal: 512,
  handlerTimeoutMs: 600_000,
  partsAtOncePerPeer: 16,
  partsAtOnceTotal: 128,
  writeTimeoutMs: 60_000,
  refusalsBeforeClose: 64,
  maxConnections: 300,
  newConnectionsPerSecond: 100,
  streamsPerConnection: 8,
  maxAddresses: 8,
  dialTimeoutMs: 10_000,
};

export const DEFAULT_TIMEOUT_MS = 30_000;
