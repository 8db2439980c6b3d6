import { type Clock, type Hex, KoinonError } from '@koinon/protocol';
import { fetchFrom } from './blob/fetch.ts';
import { BlobPipes } from './blob/pipes.ts';
import { serveParts } from './blob/serve.ts';
import { Deadline } from './deadline.ts';
import { networkStopped, peerTimeout, peerUnknown, peerUnreachable } from './errors.ts';
import { PeerLimiter } from './limiter.ts';
import { DEFAULT_TIMEOUT_MS, type NetworkLimits } from './limits.ts';
import type { BlobSource, FetchOptions, Network, RequestHandler } from './network.ts';
import { type Pipe, PipeClosed } from './pipe.ts';
import { Pool } from './pool.ts';
import { NotSent, RpcClient } from './rpc/client.ts';
import { methodName, operatorAddress } from './rpc/frame.ts';
import { serveRpc } from './rpc/server.ts';
import { BLOB_PROTOCOL, type ProtocolName, RPC_PROTOCOL, type Wire } from './wire.ts';

/** Sees every payload this node sends, before encryption. */
export type Tap = (bytes: Uint8Array, to: Hex) => void;
/** Told of failures on this side that the peer is not told of. */
export type FailureListener = (error: unknown, where: string, peer: Hex) => void;

export interface AssembleOptions {
  operator: Hex;
  peerId: string;
  wire: Wire;
  clock: Clock;
  limits: NetworkLimits;
  tap?: Tap | undefined;
  onFailure?: FailureListener | undefined;
}

/** The network over a wire: requests, blobs and their limits, the same on libp2p and in memory. */
export function assembleNetwork(options: AssembleOptions): Network {
  const { wire, clock, limits, onFailure = () => {} } = options;
  const operator = operatorAddress.parse(options.operator);
  const handlers = new Map<string, RequestHandler>();
  let source: BlobSource | undefined;
  let running = false;

  const open = async (to: Hex, protocol: ProtocolName): Promise<Pipe> => {
    if (!running) throw networkStopped();
    return tapped(await wire.open(to, protocol), to, options.tap);
  };
  const clients = new Pool(async to => new RpcClient(await open(to, RPC_PROTOCOL), to));
  const blobPipes = new BlobPipes(to => open(to, BLOB_PROTOCOL));
  const requestLimiter = new PeerLimiter({
    perSecond: limits.requestsPerSecond,
    burst: limits.requestBurst,
    bytesPerSecond: limits.bytesPerSecond,
    bytesBurst: 2 * limits.bytesPerSecond,
    concurrentPerPeer: limits.concurrentPerPeer,
    concurrentTotal: limits.concurrentTotal,
    now: clock.nowMs,
  });
  const partLimiter = new PeerLimiter({
    perSecond: limits.partsPerSecond,
    burst: 2 * limits.partsPerSecond,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    bytesBurst: Number.POSITIVE_INFINITY,
    concurrentPerPeer: limits.partsAtOncePerPeer,
    concurrentTotal: limits.partsAtOnceTotal,
    now: clock.nowMs,
  });

  function accept(protocol: ProtocolName, rawPipe: Pipe, from: Hex): void {
    const pipe = tapped(rawPipe, from, options.tap);
    const serving =
      protocol === RPC_PROTOCOL
        ? serveRpc(pipe, from, { handlers, limiter: requestLimiter, limits, clock, onFailure })
        : serveParts(pipe, from, {
            source: () => source,
            limiter: partLimiter,
            clock,
            writeTimeoutMs: limits.writeTimeoutMs,
            onFailure: (error, peer) => onFailure(error, 'blob', peer),
          });
    serving.catch(error => onFailure(error, protocol, from));
  }

  /** The peer's address in the one form, checked before anything is sent. */
  function addressOf(peer: Hex): Hex {
    const parsed = operatorAddress.safeParse(peer);
    if (!parsed.success) throw peerUnknown(peer, 'that is no address');
    if (parsed.data === operator) throw peerUnknown(peer, 'that is this node itself');
    return parsed.data;
  }

  async function ask(to: Hex, method: string, payload: unknown, signal: AbortSignal): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const client = await clients.get(to);
      signal.throwIfAborted();
      try {
        return await client.request(method, payload, signal);
      } catch (error) {
        if (!(error instanceof NotSent)) throw error;
        if (attempt === 2) throw peerUnreachable(to, 'the connection keeps closing', false, error);
      }
    }
  }

  async function fetchOnce(from: Hex, cid: string, options: FetchOptions): Promise<Uint8Array | 'stale'> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = new Deadline(clock, options.signal, () =>
      peerTimeout(from, timeoutMs, 'further part of the blob'),
    );
    let held: { pipe: Pipe; reused: boolean } | undefined;
    let parts = 0;
    const work = async () => {
      held = await blobPipes.take(from);
      if (deadline.signal.aborted) {
        blobPipes.give(from, held.pipe);
        held = undefined;
        throw deadline.signal.reason;
      }
      return fetchFrom(
        {
          pipe: held.pipe,
          from,
          maxBytes: options.maxBytes,
          onProgress: options.onProgress,
          onPart: () => {
            parts++;
            deadline.wind(timeoutMs);
          },
        },
        cid,
      );
    };
    deadline.wind(timeoutMs);
    try {
      const bytes = await deadline.race(work());
      blobPipes.give(from, held?.pipe);
      return bytes;
    } catch (error) {
      // An answer may still be on its way in this stream, so it is not used again.
      const stale = held?.reused === true && parts <= 1 && isConnectionLoss(error);
      held?.pipe.abort('fetch failed');
      if (held) blobPipes.give(from);
      if (stale) return 'stale';
      throw error instanceof PipeClosed
        ? peerUnreachable(from, 'the connection was lost', true, error)
        : error;
    }
  }

  return {
    operator,
    peerId: options.peerId,
    multiaddrs: () => wire.multiaddrs(),

    handle(method, handler) {
      methodName.parse(method);
      if (handlers.has(method)) throw methodTaken(method);
      handlers.set(method, handler);
      return () => {
        if (handlers.get(method) === handler) handlers.delete(method);
      };
    },

    async request(to, method, payload, { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = {}) {
      const peer = addressOf(to);
      const deadline = new Deadline(clock, signal, () => peerTimeout(peer, timeoutMs, 'answer'));
      deadline.wind(timeoutMs);
      return deadline.race(ask(peer, method, payload, deadline.signal));
    },

    serveBlobs(newSource) {
      source = newSource;
    },

    async fetchBlob(from, cid, fetchOptions) {
      const peer = addressOf(from);
      // A stream that died while idle is known by failing before its first part; asking again is harmless.
      for (;;) {
        const bytes = await fetchOnce(peer, cid, fetchOptions);
        if (bytes !== 'stale') return bytes;
      }
    },

    async provide(cid) {
      if (!running) throw networkStopped();
      await wire.provide(cid);
    },

    findProviders: (cid, findOptions = {}) => wire.findProviders(cid, findOptions),
    peers: () => wire.peers(),

    async start() {
      if (running) return;
      running = true;
      await wire.start(accept);
    },

    async stop() {
      if (!running) return;
      running = false;
      clients.closeAll();
      blobPipes.closeAll();
      await wire.stop();
    },
  };
}

function tapped(pipe: Pipe, to: Hex, tap: Tap | undefined): Pipe {
  if (!tap) return pipe;
  return {
    get closed() {
      return pipe.closed;
    },
    write(bytes) {
      tap(bytes, to);
      return pipe.write(bytes);
    },
    read: (target, onBytes) => pipe.read(target, onBytes),
    abort: reason => pipe.abort(reason),
    onClose: listener => pipe.onClose(listener),
  };
}

function isConnectionLoss(error: unknown): boolean {
  return error instanceof PipeClosed || (error instanceof KoinonError && error.code === 'K_PEER_UNREACHABLE');
}

function methodTaken(method: string): KoinonError {
  return new KoinonError({
    code: 'K_METHOD_TAKEN',
    message: `"${method}" has a handler already.`,
    fault: 'bug',
  });
}
