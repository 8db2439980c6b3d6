import { type Cid, type Clock, concatBytes, fromHex, type Hex, schema } from '@koinon/protocol';
import { assembleNetwork, type FailureListener, type Tap } from '../assembleNetwork.ts';
import { networkStopped, peerUnknown, peerUnreachable } from '../errors.ts';
import { operatorOfKey, peerIdOfBytes, peerIdOfKey } from '../identity.ts';
import { defaultLimits, type NetworkLimits } from '../limits.ts';
import type { Network } from '../network.ts';
import type { Pipe } from '../pipe.ts';
import type { ProtocolName, Wire } from '../wire.ts';
import { MemoryPipe } from './pipe.ts';
import { seededRandom } from './random.ts';
import { Scheduler } from './scheduler.ts';

export interface MemoryOptions {
  /** Decides every loss and delay; the same seed and the same calls give the same run. */
  seed: number;
  /** Chance that one written message is lost. A stream is reliable, so losing one breaks it, as TCP gives up. */
  lossRate?: number;
  /** Virtual milliseconds each message takes, or a range to draw from; 0 unless told. */
  latency?: number | { minMs: number; maxMs: number };
  /** With a clock messages wait for it and calls time out by it. Without, nothing waits and nothing times out. */
  clock?: Clock;
}

export interface JoinOptions {
  /** The node's key, for those who need its real peer id; must belong to the operator. */
  privateKey?: Hex;
  /** Rates are unlimited without a clock unless told. */
  limits?: Partial<NetworkLimits>;
  tap?: Tap;
  onFailure?: FailureListener;
}

export interface SentRecord {
  atMs: number;
  from: Hex;
  to: Hex;
  protocol: ProtocolName;
  bytes: Uint8Array;
}

/** A whole network in one process, for tests. */
export interface MemoryHub {
  /** A node's network on this hub; joining again under the same operator replaces a dead one, as a restart does. */
  join(operator: Hex, options?: JoinOptions): Network;
  /** Every message any node sent, in order, as it was before encryption, lost ones included. */
  readonly sent: readonly SentRecord[];
  /** Virtual milliseconds. */
  now(): number;
  /** From now on. */
  setLossRate(rate: number): void;
  /** Only nodes of one group reach each other; nodes in none reach nobody. Streams across break. */
  partition(groups: readonly (readonly Hex[])[]): void;
  /** Undoes every partition. */
  heal(): void;
  /** As `kill -9`: every stream of the node breaks and it answers nothing until it joins again. */
  crash(operator: Hex): void;
  /** Resolves when no message is on its way. Handlers may still run. */
  idle(): Promise<void>;
}

interface Member {
  onPipe: (protocol: ProtocolName, pipe: Pipe, from: Hex) => void;
}

interface Stream {
  between: [Hex, Hex];
  ends: [MemoryPipe, MemoryPipe];
}

export function memoryNetwork(options: MemoryOptions): MemoryHub {
  const { clock } = options;
  const random = seededRandom(options.seed);
  const scheduler = new Scheduler(clock);
  const sent: SentRecord[] = [];
  const known = new Set<Hex>();
  const running = new Map<Hex, Member>();
  const streams = new Set<Stream>();
  const providers = new Map<Cid, Set<Hex>>();
  let lossRate = options.lossRate ?? 0;
  let groups: readonly (readonly Hex[])[] | undefined;

  const latencyMs = () => {
    const { latency = 0 } = options;
    return typeof latency === 'number' ? latency : latency.minMs + random() * (latency.maxMs - latency.minMs);
  };
  const canReach = (a: Hex, b: Hex) =>
    !groups || groups.some(group => group.includes(a) && group.includes(b));

  function breakStreams(isCut: (stream: Stream) => boolean): void {
    for (const stream of [...streams].filter(isCut)) {
      for (const end of stream.ends) end.break('The connection was cut.');
    }
  }

  function connect(from: Hex, to: Hex, protocol: ProtocolName): [MemoryPipe, MemoryPipe] {
    const stream: Stream = { between: [from, to], ends: [new MemoryPipe(), new MemoryPipe()] };
    streams.add(stream);
    const [near, far] = stream.ends;
    for (const [end, other, sender, receiver] of [
      [near, far, from, to],
      [far, near, to, from],
    ] as const) {
      // Messages of one direction do not overtake each other.
      let lastMs = 0;
      const arrivalMs = () => {
        lastMs = Math.max(lastMs, scheduler.now() + latencyMs());
        return lastMs;
      };
      end.connect(other, {
        carry(bytes, deliver) {
          sent.push({ atMs: scheduler.now(), from: sender, to: receiver, protocol, bytes });
          const lost = lossRate > 0 && random() < lossRate;
          scheduler.at(arrivalMs(), lost ? () => breakStreams(candidate => candidate === stream) : deliver);
        },
        carryClose: deliver => scheduler.at(arrivalMs(), deliver),
      });
      end.onClose(() => {
        if (stream.ends.every(pipe => pipe.closed)) streams.delete(stream);
      });
    }
    return stream.ends;
  }

  function wireOf(operator: Hex): Wire {
    let self: Member | undefined;
    const isRunning = () => self !== undefined && running.get(operator) === self;
    return {
      async start(onPipe) {
        self = { onPipe };
        running.set(operator, self);
      },
      async stop() {
        if (!isRunning()) return;
        running.delete(operator);
        breakStreams(stream => stream.between.includes(operator));
      },
      async open(to, protocol) {
        if (!isRunning()) throw networkStopped();
        if (!known.has(to)) throw peerUnknown(to);
        const member = running.get(to);
        if (!member || !canReach(operator, to))
          throw peerUnreachable(to, 'nothing answers at its addresses', false);
        const [near, far] = connect(operator, to, protocol);
        member.onPipe(protocol, far, operator);
        return near;
      },
      multiaddrs: () => (isRunning() ? [`/memory/${operator}`] : []),
      peers() {
        const others = new Set<Hex>();
        for (const { between } of streams) {
          if (between.includes(operator)) others.add(between[0] === operator ? between[1] : between[0]);
        }
        return [...others].map(other => ({ operator: other, connections: 1 }));
      },
      async provide(cid) {
        providers.set(cid, (providers.get(cid) ?? new Set()).add(operator));
      },
      async *findProviders(cid, { signal }) {
        for (const provider of providers.get(cid) ?? []) {
          if (signal?.aborted) return;
          if (provider !== operator && running.has(provider) && canReach(operator, provider)) yield provider;
        }
      },
    };
  }

  return {
    sent,
    now: () => scheduler.now(),
    join(claimedOperator, joinOptions = {}) {
      const { privateKey } = joinOptions;
      const operator = schema.address.parse(claimedOperator);
      if (privateKey && operatorOfKey(privateKey) !== operator)
        throw new Error('The key is another operator’s.');
      known.add(operator);
      return assembleNetwork({
        operator,
        peerId: privateKey ? peerIdOfKey(privateKey) : inventedPeerId(operator),
        wire: wireOf(operator),
        clock: clock ?? stopped,
        limits: { ...defaultLimits, ...(clock ? {} : unlimitedRates), ...joinOptions.limits },
        tap: joinOptions.tap,
        onFailure: joinOptions.onFailure,
      });
    },
    setLossRate(rate) {
      lossRate = rate;
    },
    partition(newGroups) {
      groups = newGroups.map(group => group.map(operator => schema.address.parse(operator)));
      breakStreams(({ between: [a, b] }) => !canReach(a, b));
    },
    heal() {
      groups = undefined;
    },
    crash(claimedOperator) {
      const operator = schema.address.parse(claimedOperator);
      running.delete(operator);
      breakStreams(stream => stream.between.includes(operator));
    },
    idle: () => scheduler.idle(),
  };
}

/** A clock that stands still: nothing times out. */
const stopped: Clock = { nowMs: () => 0, wait: () => new Promise(() => undefined) };

/** Time stands still without a clock, so buckets would never fill again. */
const unlimitedRates = {
  requestsPerSecond: Number.POSITIVE_INFINITY,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  partsPerSecond: Number.POSITIVE_INFINITY,
};

/** Looks like a peer id and holds the operator's address in place of a key. */
function inventedPeerId(operator: Hex): string {
  const address = fromHex(operator);
  return peerIdOfBytes(concatBytes(Uint8Array.of(0x00, address.length), address));
}
