import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { type Clock, fromHex, type Hex } from '@koinon/protocol';
import { backgroundClock } from '@koinon/protocol/systemClock';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { type Identify, identify } from '@libp2p/identify';
import type { KadDHT } from '@libp2p/kad-dht';
import { type Ping, ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { createLibp2p } from 'libp2p';
import { assembleNetwork, type FailureListener, type Tap } from '../assembleNetwork.ts';
import { operatorOfKey, peerIdOfKey } from '../identity.ts';
import { defaultLimits, type NetworkLimits } from '../limits.ts';
import type { Directory, Network } from '../network.ts';
import { gaterFor } from './gater.ts';
import { tapEncrypter } from './tapEncrypter.ts';
import { libp2pWire } from './wire.ts';

export interface CreateNetworkOptions {
  /** The operator key: peer id, and the address others know this node by. */
  privateKey: Hex;
  /** Multiaddrs; `['/ip4/127.0.0.1/tcp/0']` unless told. While all are loopback, only this machine may connect. */
  listen?: string[];
  /** Addresses to tell others instead of those listened on, for a node behind a forwarded port. */
  announce?: string[];
  directory: Directory;
  /** Multiaddrs ending in `/p2p/<peer id>` through which the DHT is joined. */
  bootstrap?: string[];
  /** Take part in the DHT; true unless told. */
  dht?: boolean;
  limits?: Partial<NetworkLimits>;
  clock?: Clock;
  /** Sees every payload of ours before encryption: frames and blob parts. */
  tap?: Tap;
  /** Sees every byte before encryption, in the pieces that are encrypted: also what libp2p says of its own. */
  wireTap?: Tap;
  onFailure?: FailureListener;
}

/** What libp2p runs beside our protocols. */
interface Services extends Record<string, unknown> {
  identify: Identify;
  ping: Ping;
  dht?: KadDHT;
}

const DEFAULT_LISTEN = ['/ip4/127.0.0.1/tcp/0'];
const DHT_PROTOCOL = '/koinon/kad/1';
/** A busy machine (six nodes on two cores, a job running) may be this late with an answer and alive. */
const BUSY_MS = 20_000;

/** A node on libp2p: TCP, noise, yamux; not started. */
export async function createNetwork(options: CreateNetworkOptions): Promise<Network> {
  const { privateKey, listen = DEFAULT_LISTEN, clock = backgroundClock, wireTap } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const dht = options.dht === false ? undefined : (await import('@libp2p/kad-dht')).kadDHT;
  const node = await createLibp2p<Services>({
    privateKey: privateKeyFromRaw(fromHex(privateKey)),
    start: false,
    addresses: { listen, ...(options.announce ? { announce: options.announce } : {}) },
    nodeInfo: { name: 'koinon', version: '1', userAgent: 'koinon/1' },
    transports: [tcp()],
    connectionEncrypters: [
      components => (wireTap ? tapEncrypter(noise()(components), wireTap) : noise()(components)),
    ],
    streamMuxers: [yamux()],
    connectionGater: gaterFor(listen),
    connectionManager: {
      maxConnections: limits.maxConnections,
      inboundConnectionThreshold: limits.newConnectionsPerSecond,
      maxPeerAddrsToDial: limits.maxAddresses,
      dialTimeout: limits.dialTimeoutMs,
    },
    connectionMonitor: { pingInterval: BUSY_MS, pingTimeout: { minTimeout: BUSY_MS } },
    services: {
      // The routing table takes nobody whom this did not tell what it speaks, and it is asked once a connection.
      identify: identify({ timeout: BUSY_MS }),
      ping: ping(),
      ...(dht
        ? {
            dht: dht({
              protocol: DHT_PROTOCOL,
              clientMode: false,
              // A private network's addresses are private; the default would drop them.
              peerInfoMapper: info => info,
              allowQueryWithZeroPeers: true,
            }),
          }
        : {}),
    },
  });
  return assembleNetwork({
    operator: operatorOfKey(privateKey),
    peerId: peerIdOfKey(privateKey),
    wire: libp2pWire({
      node,
      directory: options.directory,
      bootstrap: options.bootstrap ?? [],
      limits,
      clock,
    }),
    clock,
    limits,
    tap: options.tap,
    onFailure: options.onFailure,
  });
}
