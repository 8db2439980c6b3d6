import { type Deployment, type Hex, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { ChainEvent, IndexSnapshotPort } from '../interfaces.ts';
import { type Block, getBlock, type Log, logSchema, parseAnswer } from '../rpc/answers.ts';
import type { Rpc } from '../rpc/failover.ts';
import { badAnswer, quantity } from '../rpc/quantity.ts';
import { RpcAnswerError } from '../rpc/transport.ts';
import { type IndexedEvent, indexedEventOf, indexedEventSchema, indexedTopics } from './indexedEvent.ts';
import { emptyProjection, type Projection, project } from './projection.ts';

export interface EventIndex {
  /** Brings the index to the newest block and answers what all events come to. */
  sync(): Promise<Projection>;
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

const snapshotSchema = z.object({
  version: z.literal(2),
  chainId: z.number(),
  nodes: schema.address,
  next: z.number().int().nonnegative(),
  hashes: z.array(z.object({ number: z.number().int().nonnegative(), hash: schema.bytes32 })),
  events: z.array(indexedEventSchema),
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
  let projection: Projection = emptyProjection();
  /** Blocks the index has stood at, ascending. */
  let hashes: { number: number; hash: Hex }[] = [];
  /** First block not yet looked at. */
  let next = deployment.startBlock;
  let range = rangeBlocks;
  let running: Promise<Projection> | undefined;
  restore();

  function restore(): void {
    const text = snapshot?.load();
    if (text === undefined) return;
    try {
      const kept = snapshotSchema.parse(JSON.parse(text));
      if (kept.chainId !== deployment.chainId || kept.nodes !== nodes) return;
      ({ events, hashes, next } = kept);
      for (const event of events) project(projection, event);
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
    hashes = hashes.filter(known => known.number < from);
    next = from;
    projection = emptyProjection();
    for (const event of events) project(projection, event);
    tell({ type: 'reorganised', block: from - 1 });
  }

  async function logs(from: number, to: number): Promise<Log[]> {
    const filter = {
      fromBlock: quantity(from),
      toBlock: quantity(to),
      address: Object.values(addresses),
      topics: [indexedTopics],
    };
    const value = await rpc.request('eth_getLogs', [filter], { minBlock: to });
    const found = parseAnswer(z.array(logSchema), value, 'logs');
    if (found.some(log => log.blockNumber < from || log.blockNumber > to))
      throw badAnswer('logs out of range');
    return found.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  }

  async function advance(): Promise<Projection> {
    const head = await getBlock(rpc, 'latest');
    if (head === undefined) return projection;
    await followReorganisation(head);
    while (next <= head.number) {
      const to = Math.min(head.number, next + range - 1);
      let found: Log[];
      try {
        found = await logs(next, to);
      } catch (error) {
        if (!(error instanceof RpcAnswerError) || range === 1) throw error;
        range = Math.max(1, Math.floor(range / 4));
        continue;
      }
      const standing = to === head.number ? head : await getBlock(rpc, to);
      const wrong = found.some(log => log.blockNumber === to && log.blockHash !== standing?.hash);
      // Reorganised while we asked: the next call starts from what still agrees.
      if (standing === undefined || wrong) return projection;
      for (const log of found) {
        const event = log.removed === true ? undefined : indexedEventOf(log, addresses);
        if (event === undefined) continue;
        events.push(event);
        const told = project(projection, event);
        if (told !== undefined) tell(told);
      }
      hashes.push({ number: to, hash: standing.hash });
      if (hashes.length > KEPT_HASHES) hashes.shift();
      next = to + 1;
      range = Math.min(rangeBlocks, range * 2);
    }
    return projection;
  }

  return {
    async sync() {
      // Whoever asks while a run is under way may have seen a newer block than that run: one more run follows it.
      const previous = running;
      const run = (previous ?? Promise.resolve()).then(advance, advance);
      running = run;
      try {
        return await run;
      } finally {
        if (running === run) running = undefined;
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    save() {
      const kept = { version: 2, chainId: deployment.chainId, nodes, next, hashes, events };
      snapshot?.save(JSON.stringify(kept));
    },
  };
}
