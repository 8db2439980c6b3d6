import { after, type Cid, type Clock, type Hex, within } from '@koinon/protocol';
import type { Connection, Libp2p, PeerId } from '@libp2p/interface';
import type { KadDHT } from '@libp2p/kad-dht';
import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { CID } from 'multiformats/cid';
import { Deadline } from '../deadline.ts';
import { cancelled, peerUnknown, peerUnreachable, registrySilent } from '../errors.ts';
import { operatorOfPeerId } from '../identity.ts';
import type { NetworkLimits } from '../limits.ts';
import type { Directory, PeerRecord } from '../network.ts';
import type { Pipe } from '../pipe.ts';
import { BLOB_PROTOCOL, type ProtocolName, RPC_PROTOCOL, type Wire } from '../wire.ts';
import { pipeOfStream } from './pipe.ts';

export interface Libp2pWireOptions {
  node: Libp2p<{ dht?: KadDHT }>;
  directory: Directory;
  bootstrap: readonly string[];
  limits: NetworkLimits;
  clock: Clock;
}

const FIND_TIMEOUT_MS = 10_000;
/** A failed bootstrap dial is repeated after this, doubling up to a minute. */
const BOOTSTRAP_RETRY_MS = 2_000;
const BOOTSTRAP_RETRY_MAX_MS = 60_000;

export function libp2pWire({ node, directory, bootstrap, limits, clock }: Libp2pWireOptions): Wire {
  let running = false;
  const operators = new Map<string, Hex>();

  const dialling = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    within(clock, limits.dialTimeoutMs, work);

  /** The operator of a peer id whose key the handshake proved. */
  function operatorOf(peer: PeerId): Hex {
    const id = peer.toString();
    const known = operators.get(id);
    if (known) return known;
    const operator = operatorOfPeerId(id);
    if (operators.size >= 4096) operators.clear();
    operators.set(id, operator);
    return operator;
  }

  /** A registry that never answers must not block the peer for good: the opening is shared by all callers. */
  function findRecord(operator: Hex): Promise<PeerRecord | undefined> {
    const deadline = new Deadline(clock, undefined, () => registrySilent(operator, limits.dialTimeoutMs));
    deadline.wind(limits.dialTimeoutMs);
    return deadline.race(directory.find(operator));
  }

  async function addressesOf(peer: PeerId, claimed: readonly string[]): Promise<Multiaddr[]> {
    const addresses = claimed.slice(0, limits.maxAddresses).flatMap(text => addressOf(text, peer));
    if (addresses.length > 0 || !node.services.dht) return addresses;
    return addressesFromDht(peer);
  }

  async function addressesFromDht(peer: PeerId): Promise<Multiaddr[]> {
    try {
      const found = await dialling(signal => node.peerRouting.findPeer(peer, { signal }));
      return found.multiaddrs
        .slice(0, limits.maxAddresses)
        .flatMap(address => addressOf(address.toString(), peer));
    } catch {
      return [];
    }
  }

  async function dial(operator: Hex, peer: PeerId, claimed: readonly string[]): Promise<Connection> {
    const addresses = await addressesOf(peer, claimed);
    if (addresses.length === 0) throw peerUnreachable(operator, 'nobody knows an address of it', false);
    try {
      return await dialling(signal => node.dial(addresses, { signal }));
    } catch (error) {
      // The registry may be behind a node that moved; the DHT hears of it sooner.
      const moved = node.services.dht && claimed.length > 0 ? await addressesFromDht(peer) : [];
      const fresh = moved.filter(address => !addresses.some(old => old.equals(address)));
      if (fresh.length === 0)
        throw peerUnreachable(operator, 'nothing answers at its addresses', false, error);
      return dialling(signal => node.dial(fresh, { signal })).catch(cause => {
        throw peerUnreachable(operator, 'nothing answers at its addresses', false, cause);
      });
    }
  }

  async function openOn(connection: Connection, protocol: ProtocolName): Promise<Pipe> {
    return pipeOfStream(
      await dialling(signal =>
        connection.newStream(protocol, { signal, maxOutboundStreams: limits.streamsPerConnection }),
      ),
    );
  }

  async function keepBootstrapped(address: string, delayMs: number): Promise<void> {
    if (!running) return;
    try {
      const target = multiaddr(address);
      await dialling(signal => node.dial(target, { signal }));
    } catch {
      after(
        clock,
        delayMs,
        () => void keepBootstrapped(address, Math.min(2 * delayMs, BOOTSTRAP_RETRY_MAX_MS)),
      );
    }
  }

  return {
    async start(onPipe) {
      for (const protocol of [RPC_PROTOCOL, BLOB_PROTOCOL] as const) {
        await node.handle(
          protocol,
          (stream, connection) => onPipe(protocol, pipeOfStream(stream), operatorOf(connection.remotePeer)),
          { maxInboundStreams: limits.streamsPerConnection, maxOutboundStreams: limits.streamsPerConnection },
        );
      }
      await node.start();
      running = true;
      for (const address of bootstrap) void keepBootstrapped(address, BOOTSTRAP_RETRY_MS);
    },

    async stop() {
      running = false;
      await node.stop();
    },

    async open(operator, protocol) {
      const record = await findRecord(operator);
      if (!record) throw peerUnknown(operator);
      if (claimedOperator(record.peerId) !== operator) {
        throw peerUnknown(operator, 'the registry names a peer id that is not of its key');
      }
      const peer = peerIdFromString(record.peerId);
      const live = node.getConnections(peer).find(connection => connection.status === 'open');
      if (live) {
        try {
          return await openOn(live, protocol);
        } catch (error) {
          // Looked open and was dead: the one case where dialling again is worth it.
          live.abort(error instanceof Error ? error : new Error('dead connection'));
        }
      }
      const connection = await dial(operator, peer, record.multiaddrs);
      try {
        return await openOn(connection, protocol);
      } catch (error) {
        throw peerUnreachable(operator, 'it opens no stream', false, error);
      }
    },

    multiaddrs: () => node.getMultiaddrs().map(address => address.toString()),

    peers() {
      const connections = new Map<Hex, number>();
      for (const connection of node.getConnections()) {
        const operator = operatorOf(connection.remotePeer);
        connections.set(operator, (connections.get(operator) ?? 0) + 1);
      }
      return [...connections].map(([operator, count]) => ({ operator, connections: count }));
    },

    async provide(cid: Cid) {
      if (!node.services.dht) return;
      await within(clock, FIND_TIMEOUT_MS, signal => node.contentRouting.provide(CID.parse(cid), { signal }));
    },

    async *findProviders(cid, { timeoutMs = FIND_TIMEOUT_MS, signal }) {
      if (!node.services.dht) return;
      const limit = new AbortController();
      const off = after(clock, timeoutMs, () => limit.abort());
      const seen = new Set<string>([node.peerId.toString()]);
      try {
        const either = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
        for await (const { id } of node.contentRouting.findProviders(CID.parse(cid), { signal: either })) {
          if (seen.has(id.toString()) || id.type !== 'secp256k1') continue;
          seen.add(id.toString());
          yield operatorOf(id);
        }
      } catch (error) {
        if (signal?.aborted) throw cancelled(signal.reason);
        if (!limit.signal.aborted && !isNothingFound(error)) throw error;
      } finally {
        off();
      }
    },
  };
}

/** The address with the peer's id at its end, so that whoever answers must prove that key; none if it names another. */
function addressOf(text: string, peer: PeerId): Multiaddr[] {
  try {
    const address = multiaddr(text);
    const named = address.getComponents().find(component => component.name === 'p2p')?.value;
    if (named !== undefined) return named === peer.toString() ? [address] : [];
    return [address.encapsulate(`/p2p/${peer.toString()}`)];
  } catch {
    return [];
  }
}

function claimedOperator(peerId: string): Hex | undefined {
  try {
    return operatorOfPeerId(peerId);
  } catch {
    return undefined;
  }
}

function isNothingFound(error: unknown): boolean {
  return (
    error instanceof Error && ['NotFoundError', 'QueryError', 'NoContentRoutersError'].includes(error.name)
  );
}
