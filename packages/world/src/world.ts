import { sqliteJournal, sqliteSnapshot } from '@koinon/chain';
import type { AuditOptions, CourtOptions } from '@koinon/chain/deployment';
import type { Executor } from '@koinon/executors/port';
import {
  type Checkpoint,
  type Clock,
  type Gate,
  gateInPlace,
  type NodePorts,
  sqlDatabaseOver,
} from '@koinon/kernel';
import { type MemoryHub, memoryNetwork, type Network, peerIdOfKey } from '@koinon/network';
import { createNode, type KoinonNode, rolesOfServices, servicesSchema } from '@koinon/node';
import { type Hex, keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import type { FaultPlan, MemorySqlite, Store } from '@koinon/store';
import type { z } from 'zod';
import type { EndpointFaults } from './chain/endpointFaults.ts';
import { type WorldChain, worldChain } from './chain/worldChain.ts';
import { type Loop, worldLoop } from './loop/loop.ts';
import { type Random, randomOf } from './loop/random.ts';
import { beginLife, type Life } from './node/life.ts';
import { type WorldDisk, worldDisk } from './store/worldDisk.ts';

type Services = z.input<typeof servicesSchema>;

/** A node of a world, whatever its lives. */
export interface NodePlan {
  name: string;
  services: Services;
  /** The member whose operator key owns it; itself unless told. */
  ownedBy?: string;
  /** Base units of KOIN at stake, and in its purse. */
  stake: bigint;
  purse: bigint;
}

/** How one life of a node differs from an honest node's of its plan. */
export interface LifeChanges {
  services?: Services;
  /** Sees each durable write; what it throws kills the node there. */
  faults?: FaultPlan;
  checkpoint?: Checkpoint;
  executor?: Executor;
  alterResult?: NodePorts['alterResult'];
  gate?: Gate;
  /** The shipped programs by name. */
  programs?: ReadonlyMap<string, Uint8Array>;
  sandbox?: 'required' | 'available';
  /** How its access to the others differs, say by altering its answers. */
  overNetwork?(network: Network): Network;
  /** How its endpoint of the chain misbehaves; may be changed while it lives. */
  endpoint?: EndpointFaults;
  /** How far its clock is ahead of the world's, milliseconds; negative for one that is behind. */
  clockAheadMs?: number;
}

/** What a node noted. */
export interface Note {
  atMs: number;
  event: string;
  facts: Record<string, unknown>;
}

/** A living node. */
export interface Member {
  name: string;
  operator: Hex;
  store: Store;
  node: KoinonNode;
  /** Of this life, oldest first. */
  notes: Note[];
}

export interface WorldOptions {
  /** Everything that is drawn follows from it. */
  seed: string;
  /** A database that nobody else uses, for a node's disk. */
  database(): MemorySqlite;
  executor(clock: NodePorts['clock']): Executor;
  challengeWindowSeconds?: number;
  court?: CourtOptions;
  audits?: AuditOptions;
  /** Blocks that must stand on a node's transaction, its own included, before it counts. */
  confirmations?: number;
  /** How seldom a node asks for the newest block while nothing happens, milliseconds. */
  idlePollingMs?: number;
  loop?: Loop;
}

/** A whole network of real nodes on the real contracts in this process, under one seed and virtual time. */
export interface World {
  readonly loop: Loop;
  readonly random: Random;
  readonly chain: WorldChain;
  readonly hub: MemoryHub;
  /** Living ones, by name. */
  readonly members: ReadonlyMap<string, Member>;
  /** Key and address of the node of that name, whether it exists or not. */
  keyOf(name: string): Hex;
  operatorOf(name: string): Hex;
  member(name: string): Member;
  /** What it keeps, whether it lives or not. */
  diskOf(name: string): WorldDisk;
  /** Gives it money, registers and stakes it, and starts it. */
  enrol(plan: NodePlan, changes?: LifeChanges): Promise<Member>;
  start(name: string, changes?: LifeChanges): Promise<Member>;
  /** As `kill -9`, with whatever is under way. */
  kill(name: string): void;
  live<T>(body: () => Promise<T>): Promise<T>;
  /** Told of everything nodes note, as it happens. */
  onNote(listener: (member: string, note: Note) => void): () => void;
  /** Every node dies and what the world holds is let go. */
  close(): void;
}

const LATENCY = { minMs: 5, maxMs: 40 };
const LIMITS = { slots: 2, maxRunMs: 60_000, maxMemoryBytes: 2 ** 30 };
const ANCHOR_DELAY_MS = 1_000;
/** Coins for gas, wei. */
const GAS_WEI = 10n ** 20n;
const CLAIM_EVERY_MS = 86_400_000;

interface Citizen {
  plan: NodePlan;
  disk: WorldDisk;
  lives: number;
  life: Life | undefined;
  close: () => void;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, loop = worldLoop() } = options;
  const random = randomOf(seed);
  const chain = await loop.live(() => worldChain({ ...options, loop, random: random.of('chain') }));
  const hub = memoryNetwork({
    seed: random.of('network').below(2 ** 32),
    latency: LATENCY,
    clock: loop.clock,
  });
  const citizens = new Map<string, Citizen>();
  const members = new Map<string, Member>();
  const listeners = new Set<(member: string, note: Note) => void>();
  const keyOf = (name: string): Hex => toHex(sha256(utf8.encode(`${seed}/key/${name}`)));
  const operatorOf = (name: string) => keySigner(keyOf(name)).address;

  function citizenOf(name: string): Citizen {
    const citizen = citizens.get(name);
    if (citizen === undefined) throw new Error(`Nobody here is called ${name}.`);
    return citizen;
  }

  function kill(name: string): void {
    const citizen = citizenOf(name);
    citizen.life?.end();
    citizen.life = undefined;
    hub.crash(operatorOf(name));
    citizen.close();
    citizen.close = () => undefined;
    members.delete(name);
  }

  async function start(name: string, changes: LifeChanges = {}): Promise<Member> {
    const citizen = citizenOf(name);
    if (citizen.life) throw new Error(`${name} lives already.`);
    const life = beginLife(clockAhead(loop.clock, changes.clockAheadMs ?? 0));
    citizen.life = life;
    const privateKey = keyOf(name);
    const signer = keySigner(privateKey);
    const draws = random.of(`node ${name} ${citizen.lives++}`);
    const notes: Note[] = [];
    const note = (event: string, facts: Record<string, unknown> = {}): void => {
      if (life.isOver) return;
      const noted = { atMs: loop.nowMs(), event, facts };
      notes.push(noted);
      for (const listener of listeners) listener(name, noted);
    };
    try {
      const store = citizen.disk.open(changes.faults ? { faults: changes.faults } : {});
      citizen.close = () => store.close();
      const connection = await life.fence(
        chain.connect({
          privateKey,
          ...(changes.endpoint ? { endpoint: changes.endpoint } : {}),
          journal: sqliteJournal(sqlDatabaseOver(store.database, 'chainTransactions')),
          snapshot: sqliteSnapshot(sqlDatabaseOver(store.database, 'chainIndex')),
        }),
      );
      citizen.close = () => {
        void connection.close().catch(() => undefined);
        store.close();
      };
      const joined = hub.join(signer.address, { privateKey });
      const network = changes.overNetwork?.(joined) ?? joined;
      const services = servicesSchema.parse(changes.services ?? citizen.plan.services);
      const node = await life.fence(
        createNode(
          {
            ...{ clock: life.clock, random: draws.bytes32, chain: connection, network, store, signer },
            executor: changes.executor ?? options.executor(life.clock),
            gate: changes.gate ?? gateInPlace,
            alterResult: changes.alterResult,
            deployment: chain.deployment,
            journal: { note },
            checkpoint: changes.checkpoint ?? (() => undefined),
          },
          {
            services,
            anchorDelayMs: ANCHOR_DELAY_MS,
            claimEveryMs: CLAIM_EVERY_MS,
            limits: { ...LIMITS, sandbox: changes.sandbox ?? 'available' },
            version: '0.0.0',
          },
          changes.programs ?? new Map(),
        ),
      );
      await life.fence(network.start());
      node.takeUp();
      const member = { name, operator: signer.address, store, node, notes };
      members.set(name, member);
      return member;
    } catch (error) {
      // A node that dies at its start leaves its disk to the next life.
      if (!life.isOver) kill(name);
      throw error;
    }
  }

  async function enter({ name, services, ownedBy = name, stake, purse }: NodePlan): Promise<void> {
    const operator = operatorOf(name);
    await chain.fund(operator, { koin: purse + stake, wei: GAS_WEI });
    const connection = await chain.connect({ privateKey: keyOf(name) });
    await connection.nodes.register({
      peerId: peerIdOfKey(keyOf(name)),
      roles: rolesOfServices(servicesSchema.parse(services)),
      owner: operatorOf(ownedBy),
    });
    if (stake > 0n) await connection.nodes.stake(operator, stake);
    await connection.close();
  }

  return {
    ...{ loop, random, chain, hub, members, keyOf, operatorOf, start, kill },
    member(name) {
      const member = members.get(name);
      if (member === undefined) throw new Error(`${name} is not alive.`);
      return member;
    },
    diskOf: name => citizenOf(name).disk,
    async enrol(plan, changes) {
      citizens.set(plan.name, {
        ...{ plan, disk: worldDisk(options.database()), lives: 0, life: undefined, close: () => undefined },
      });
      await enter(plan);
      return start(plan.name, changes);
    },
    live: body => loop.live(body),
    onNote(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const name of [...members.keys()]) kill(name);
      void chain.close().catch(() => undefined);
    },
  };
}

function clockAhead(clock: Clock, ms: number): Clock {
  return ms === 0 ? clock : { nowMs: () => clock.nowMs() + ms, wait: clock.wait };
}
