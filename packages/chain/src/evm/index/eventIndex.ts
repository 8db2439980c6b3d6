import { type Deployment, type Hex, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { ChainEvent } from '../../port/chain.ts';
import { type Block, getBlock, type Log, logSchema, parseAnswer } from '../rpc/answers.ts';
import type { Rpc } from '../rpc/failover.ts';
import { badAnswer, quantity } from '../rpc/quantity.ts';
import { RpcAnswerError } from '../rpc/transport.ts';
import { type Asked, type AskedLog, askedLogOf, askedSchema, keyOf } from './askedEvents.ts';
import { type IndexedEvent, indexedEventOf, indexedEventSchema, indexedTopics } from './indexedEvent.ts';
import { emptyProjection, type Projection, project } from './projection.ts';
import type { IndexSnapshotPort } from './snapshot.ts';

export interface EventIndex {
  /** Brings the index to the newest block, which is asked for unless given, and answers what all events come to. */
  sync(newest?: Block): Promise<Projection>;
  /** Logs of one event of one contract, ascending, read from the first block when it is first asked for and kept since. */
  logsOf(address: Hex, topic: Hex, event: string): Promise<readonly AskedLog[]>;
  /** Told of every event as it enters, and of `reorganised` before events are told again. */
  listen(listener: (event: ChainEvent) => void): () => void;
  /** Writes the snapshot, where there is a port for it. */
  save(): void;
}

export interface EventIndexOptions {
  rpc: Rpc;
  deployment: Deployment;
  snapshot?: IndexSnapshotPort;
  /** Most blocks asked for at once; halved while the endpoint finds it too much. */
  rangeBlocks?: number;
}

/** How many block hashes are kept to find where a chain that was reorganised still agrees. */
const KEPT_HASHES = 256;

/** How often the past of an event is read before the chain is found too restless. */
const FILL_TRIES = 5;

interface LogFilter {
  addresses: string[];
  topics: string[];
}

const snapshotSchema = z.object({
  version: z.literal(3),
  chainId: z.number(),
  nodes: schema.address,
  next: z.number().int().nonnegative(),
  hashes: z.array(z.object({ number: z.number().int().nonnegative(), hash: schema.bytes32 })),
  events: z.array(indexedEventSchema),
  asked: z.array(askedSchema),
});

/** An incremental, resumable index of the network's own events that follows reorganisations. */
export function eventIndex({
  rpc,
  deployment,
  snapshot,
  rangeBlocks = 5_000,
}: EventIndexOptions): EventIndex {
  const { nodes, escrow, datasets, models, court } = deployment;
  const addresses = { nodes, escrow, datasets, models, court };
  const listeners = new Set<(event: ChainEvent) => void>();
  let events: IndexedEvent[] = [];
  /** Events that somebody asked for, by contract and first topic. */
  const asked = new Map<string, Asked>();
  let projection: Projection = emptyProjection();
  /** Blocks the index has stood at, ascending. */
  let hashes: { number: number; hash: Hex }[] = [];
  /** First block not yet looked at. */
  let next = deployment.startBlock;
  let range = rangeBlocks;
  let running: Promise<unknown> = Promise.resolve();
  restore();

  function restore(): void {
    const text = snapshot?.load();
    if (text === undefined) return;
    try {
      const kept = snapshotSchema.parse(JSON.parse(text));
      if (kept.chainId !== deployment.chainId || kept.nodes !== nodes) return;
      ({ events, hashes, next } = kept);
      for (const event of events) project(projection, event);
      for (const entry of kept.asked) asked.set(keyOf(entry.address, entry.topic), entry);
    } catch {
      // A snapshot is only a shortcut: an unreadable one means reading the chain again.
    }
  }

  function tell(event: ChainEvent): void {
    for (const listener of [...listeners]) listener(event);
  }

  /** Forgets what stands on blocks that are no longer part of the chain. */
  async function followReorganisation(head: Block): Promise<void> {
    const last = hashes.at(-1);
    if (last === undefined) return;
    if (last.number === head.number && last.hash === head.hash) return;
    if (last.number + 1 === head.number && last.hash === head.parentHash) return;
    let common: number | undefined;
    for (const known of hashes.toReversed()) {
      const there = known.number <= head.number ? await getBlock(rpc, known.number) : undefined;
      if (there?.hash === known.hash) {
        common = known.number;
        break;
      }
    }
    if (common === last.number) return;
    const from = common === undefined ? deployment.startBlock : common + 1;
    events = events.filter(event => event.block < from);
    for (const entry of asked.values()) entry.logs = entry.logs.filter(log => log.block < from);
    hashes = hashes.filter(known => known.number < from);
    next = from;
    projection = emptyProjection();
    for (const event of events) project(projection, event);
    tell({ type: 'reorganised', block: from - 1 });
  }

  async function logs(from: number, to: number, { addresses, topics }: LogFilter): Promise<Log[]> {
    const filter = { fromBlock: quantity(from), toBlock: quantity(to), address: addresses, topics: [topics] };
    const value = await rpc.request('eth_getLogs', [filter], { minBlock: to });
    const found = parseAnswer(z.array(logSchema), value, 'logs');
    if (found.some(log => log.blockNumber < from || log.blockNumber > to))
      throw badAnswer('logs out of range');
    return found
      .filter(log => log.removed !== true)
      .sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  }

  /** Logs of as many blocks from `from` on as the endpoint gives at once. */
  async function nextLogs(
    from: number,
    last: number,
    filter: LogFilter,
  ): Promise<{ to: number; found: Log[] }> {
    for (;;) {
      const to = Math.min(last, from + range - 1);
      try {
        const found = await logs(from, to, filter);
        range = Math.min(rangeBlocks, range * 2);
        return { to, found };
      } catch (error) {
        if (!(error instanceof RpcAnswerError) || range === 1) throw error;
        range = Math.max(1, Math.floor(range / 4));
      }
    }
  }

  let wanted: LogFilter | undefined;

  /** Made anew only when somebody asks for more. */
  function everything(): LogFilter {
    if (wanted !== undefined) return wanted;
    const entries = [...asked.values()];
    wanted = {
      addresses: [...new Set([...Object.values(addresses), ...entries.map(({ address }) => address)])],
      topics: [...new Set([...indexedTopics, ...entries.map(({ topic }) => topic)])],
    };
    return wanted;
  }

  function enter(log: Log): void {
    const event = indexedEventOf(log, addresses);
    if (event !== undefined) {
      events.push(event);
      const told = project(projection, event);
      if (told !== undefined) tell(told);
    }
    const entry = asked.get(keyOf(log.address, log.topics[0]));
    if (entry === undefined) return;
    entry.logs.push(askedLogOf(log));
    tell({ type: 'contract', address: entry.address, event: entry.event, block: log.blockNumber });
  }

  /** What was the newest when it was read may be behind by now. */
  const isFresh = (block: Block) => block.number > (hashes.at(-1)?.number ?? -1);

  async function advance(newest?: Block): Promise<Projection> {
    const head = newest && isFresh(newest) ? newest : await getBlock(rpc, 'latest');
    if (head === undefined) return projection;
    await followReorganisation(head);
    while (next <= head.number) {
      const { to, found } = await nextLogs(next, head.number, everything());
      const standing = to === head.number ? head : await getBlock(rpc, to);
      const wrong = found.some(log => log.blockNumber === to && log.blockHash !== standing?.hash);
      // Reorganised while we asked: the next call starts from what still agrees.
      if (standing === undefined || wrong) return projection;
      for (const log of found) enter(log);
      hashes.push({ number: to, hash: standing.hash });
      if (hashes.length > KEPT_HASHES) hashes.shift();
      next = to + 1;
    }
    return projection;
  }

  /** Reads what was there before anybody asked. */
  async function fill({ address, topic }: Asked): Promise<AskedLog[] | undefined> {
    const standing = hashes.at(-1);
    const filled: AskedLog[] = [];
    for (let from = deployment.startBlock; from < next; ) {
      const { to, found } = await nextLogs(from, next - 1, { addresses: [address], topics: [topic] });
      const key = keyOf(address, topic);
      filled.push(...found.filter(log => keyOf(log.address, log.topics[0]) === key).map(askedLogOf));
      from = to + 1;
    }
    // Reorganised while we asked.
    if (standing !== undefined && (await getBlock(rpc, standing.number))?.hash !== standing.hash) return;
    return filled;
  }

  /** One at a time. Whoever asks while a run is under way may have seen a newer block than that run: another follows it. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = running.then(work, work);
    running = run.catch(() => undefined);
    return run;
  }

  return {
    sync: newest => inTurn(() => advance(newest)),
    logsOf: (address, topic, event) =>
      inTurn(async () => {
        for (let i = 0; i < FILL_TRIES; i++) {
          await advance();
          const known = asked.get(keyOf(address, topic));
          if (known !== undefined) return known.logs;
          const entry: Asked = { address, topic, event, logs: [] };
          const filled = await fill(entry);
          if (filled === undefined) continue;
          asked.set(keyOf(address, topic), { ...entry, logs: filled });
          wanted = undefined;
        }
        throw badAnswer('another chain each time it was asked for logs');
      }),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    save() {
      if (snapshot === undefined) return;
      const kept = {
        ...{ version: 3, chainId: deployment.chainId, nodes, next, hashes, events },
        asked: [...asked.values()],
      };
      snapshot.save(JSON.stringify(kept));
    },
  };
}
