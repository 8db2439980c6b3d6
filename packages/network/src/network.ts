import type { Cid, Hex } from '@koinon/protocol';

/** Where a node can be reached, as the registry says. Claims only: the peer id must derive to the operator. */
export interface PeerRecord {
  operator: Hex;
  /** Base58 of the identity multihash of the operator's public key: `16Uiu2H…`. */
  peerId: string;
  /** At most `maxAddresses` are dialled; an empty list sends us to the DHT. */
  multiaddrs: string[];
}

/** The registry of nodes (on chain, or a file), handed in. */
export interface Directory {
  find(operator: Hex): Promise<PeerRecord | undefined>;
}

/**
 * Answers a request. `from` is proven: it is the address of the key that the peer's handshake was signed
 * with. A `KoinonError` thrown here crosses to the caller; anything else is told as `K_PEER_FAILED` alone.
 */
export type RequestHandler = (payload: unknown, from: Hex) => Promise<unknown>;

/** What this node serves to whom. */
export interface BlobSource {
  /**
   * A blob of at most one chunk, a chunk of a larger one, or a structure such as a chunk list.
   * `undefined`: not here or not for that peer; the asker cannot tell which.
   */
  part(cid: Cid, forPeer: Hex): Promise<Uint8Array | undefined>;
}

export interface RequestOptions {
  /** For the whole request, dialling included; 30 s unless told. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface FetchOptions {
  /** A blob that declares more is refused before its bytes are asked for. */
  maxBytes: number;
  /** Longest that one part (at most 1 MiB) may take; 30 s unless told. A trickling peer meets it. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** After each verified part: bytes so far and in all. */
  onProgress?(received: number, total: number): void;
}

export interface FindOptions {
  /** 10 s unless told. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface Network {
  readonly operator: Hex;
  readonly peerId: string;
  /** Addresses others may dial, each ending in `/p2p/<peerId>`; empty before `start`. */
  multiaddrs(): string[];
  /** One handler per method; returns what takes it away again. Throws `K_METHOD_TAKEN`. */
  handle(method: string, handler: RequestHandler): () => void;
  /**
   * The answer of another node. Sent at most once: a connection found dead before sending is renewed, a
   * request whose fate is unknown is not repeated.
   *
   * Throws `K_PEER_UNKNOWN`, `K_PEER_UNREACHABLE`, `K_PEER_TIMEOUT`, `K_PEER_MISBEHAVED`, `K_RATE_LIMITED`,
   * `K_CANCELLED`, or what the other node answered (then `data.remote` says who and with which fault).
   */
  request(to: Hex, method: string, payload: unknown, options?: RequestOptions): Promise<unknown>;
  serveBlobs(source: BlobSource): void;
  /**
   * The bytes of a blob, or of a structure. A name that stands for a chunk list gives the blob it lists.
   * Every part is verified before it counts.
   *
   * Throws `K_BLOB_MISSING`, `K_BLOB_TOO_LARGE`, `K_BLOB_CORRUPT` and what `request` throws.
   */
  fetchBlob(from: Hex, cid: Cid, options: FetchOptions): Promise<Uint8Array>;
  /** Tells the DHT that this node has a blob. The name becomes public; never call it for private data. */
  provide(cid: Cid): Promise<void>;
  /** Operators that say they have a blob, in the order they are found. */
  findProviders(cid: Cid, options?: FindOptions): AsyncIterable<Hex>;
  peers(): { operator: Hex; connections: number }[];
  start(): Promise<void>;
  stop(): Promise<void>;
}
