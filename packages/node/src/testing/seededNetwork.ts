import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MemoryChain, type MemoryChainOptions, memoryChain } from '@koinon/chain/twin';
import type { ExecutionResult, Executor } from '@koinon/executors';
import type { Checkpoint } from '@koinon/kernel';
import { type Gate, gateInPlace } from '@koinon/kernel';
import { type MemoryHub, memoryNetwork, type Network, peerIdOfKey } from '@koinon/network';
import { type Hex, keySigner, type Policy, type Role, roles, sha256, toHex, utf8 } from '@koinon/protocol';
import type { HeldDataset } from '@koinon/services/custody';
import { previewDataset, publishDataset } from '@koinon/services/custody';
import { type FaultPlan, noFaults, openStore, type Store } from '@koinon/store';
import type { z } from 'zod';
import { createNode, type KoinonNode } from '../createNode.ts';
import { servicesSchema } from '../services.ts';
import { servicesFor } from '../servicesFor.ts';
import { acceleratedClock } from './acceleratedClock.ts';
import { quickExecutor } from './quickExecutor.ts';

export interface Part {
  name: string;
  roles: Role[];
  ownedBy?: string;
  stake: bigint;
  /** False for an auditor that brings nobody before the court. */
  accuses?: boolean;
  /** What its orders promise for one audit, base units of KOIN; nothing unless told. */
  auditAmount?: bigint;
  /** Services otherwise than its roles say. */
  services?: z.input<typeof servicesSchema>;
}

/** Hospital with the auditor it named, two strangers who work for and check each other, and a researcher. */
export const usualParts: readonly Part[] = [
  { name: 'hospital', roles: ['custody'], stake: 10n ** 21n },
  { name: 'hospital-audit', roles: ['audit'], ownedBy: 'hospital', stake: 10n ** 21n },
  { name: 'alder', roles: ['provide', 'audit'], stake: 10n ** 21n },
  { name: 'birch', roles: ['provide', 'audit'], stake: 10n ** 21n },
  { name: 'researcher', roles: ['gateway'], stake: 0n },
];

export interface Member {
  name: string;
  operator: Hex;
  folder: string;
  store: Store;
  node: KoinonNode;
  notes: { event: string; facts: Record<string, unknown> }[];
}

export interface StartOptions {
  faults?: FaultPlan;
  checkpoint?: Checkpoint;
  /** How this node's executor lies, for tests of the checks. */
  alter?: (result: ExecutionResult) => ExecutionResult;
  /** How it lies about its own jobs, and about nothing else. */
  alterResult?: (result: ExecutionResult) => ExecutionResult;
  executor?: Executor;
  sandbox?: 'required' | 'available';
  /** In place of the services that its roles say. */
  services?: z.input<typeof servicesSchema>;
  /** On the event loop unless told. */
  gate?: Gate;
  /** The shipped programs by name; none unless told. */
  programs?: ReadonlyMap<string, Uint8Array>;
  /** How this node's access to the others differs, say by altering its answers. */
  overNetwork?: (network: Network) => Network;
}

/** How a dataset is published otherwise than usual: a fifth public, a fifth held back, every request granted. */
export interface PublishChanges {
  publicShare?: number;
  heldBackShare?: number;
  autoApprove?: boolean;
  policy?: Partial<Policy>;
}

/** A whole network in this process: real services and stores, twins of chain and network, a clock that hurries. */
export interface SeededNetwork {
  chain: MemoryChain;
  hub: MemoryHub;
  member(name: string): Member;
  start(name: string, options?: StartOptions): Promise<Member>;
  /** Ends a node without a word: its store's lock goes, what was under way does not finish. */
  crash(name: string): Promise<void>;
  /** A synthetic cohort in the hospital's custody. */
  publish(csv: string, target: string, changes?: PublishChanges): Promise<HeldDataset>;
  stop(): Promise<void>;
}

/** A minute in 1.5 seconds. A test that waits for hours says more. */
const CLOCK_FACTOR = 40;
const MINE_EVERY_MS = 3;

export async function seededNetwork(
  seed: number,
  parts: readonly Part[] = usualParts,
  clockFactor = CLOCK_FACTOR,
  chainOptions: Pick<MemoryChainOptions, 'challengeWindowSeconds' | 'court' | 'audits'> = {},
): Promise<SeededNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-seeded-'));
  const clock = acceleratedClock(clockFactor);
  const chain = memoryChain({
    seed: String(seed),
    mining: 'manual',
    ...chainOptions,
    nowSeconds: () => Math.floor(clock.nowMs() / 1000),
  });
  const hub = memoryNetwork({ seed });
  const miner = setInterval(() => chain.mine(), MINE_EVERY_MS);
  const members = new Map<string, Member>();
  const keyOf = (name: string) => toHex(sha256(utf8.encode(`${seed}/${name}`)));
  const operatorOf = (name: string) => keySigner(keyOf(name)).address;
  let draws = 0;
  const { deployment } = chain;

  const start = async (name: string, options: StartOptions = {}): Promise<Member> => {
    const part = parts.find(candidate => candidate.name === name)!;
    const signer = keySigner(keyOf(name));
    const home = join(folder, name);
    const store = openStore(home, { faults: options.faults ?? noFaults });
    const joined = hub.join(signer.address, { privateKey: keyOf(name) });
    const network = options.overNetwork?.(joined) ?? joined;
    const notes: Member['notes'] = [];
    const connection = chain.connect(signer.address);
    let node: KoinonNode | undefined;
    try {
      node = await createNode(
        {
          clock,
          random: () => sha256(utf8.encode(`${seed}/${name}/${draws++}`)),
          chain: connection,
          network,
          store,
          executor: options.executor ?? quickExecutor(options.alter),
          gate: options.gate ?? gateInPlace,
          alterResult: options.alterResult,
          signer,
          deployment,
          journal: { note: (event, facts = {}) => void notes.push({ event, facts }) },
          checkpoint: options.checkpoint ?? (() => undefined),
        },
        {
          services: servicesSchema.parse(
            options.services ?? {
              ...servicesFor(part.roles, {
                token: deployment.token,
                baseAmount: 10n ** 16n,
                gigafuelAmount: 10n ** 15n,
                maxFuel: 10n ** 13n,
              }),
              court: part.accuses === undefined ? {} : { accuses: part.accuses },
              ...(part.auditAmount === undefined ? {} : { studies: { auditAmount: part.auditAmount } }),
              ...part.services,
            },
          ),
          anchorDelayMs: 20,
          claimEveryMs: 86_400_000,
          limits: {
            sandbox: options.sandbox ?? 'available',
            slots: 2,
            maxRunMs: 60_000,
            maxMemoryBytes: 2 ** 30,
          },
          version: '0.0.0',
        },
        options.programs ?? new Map(),
      );
      await network.start();
      node.takeUp();
    } catch (error) {
      // A node that dies at its start leaves its folder to the next one.
      hub.crash(signer.address);
      await node?.stop().catch(() => undefined);
      await connection.close();
      store.close();
      throw error;
    }
    const member = { name, operator: signer.address, folder: home, store, node, notes };
    members.set(name, member);
    return member;
  };

  for (const part of parts) {
    const operator = operatorOf(part.name);
    chain.mint(operator, 10n ** 22n + part.stake);
    await chain.connect(operator).nodes.register({
      peerId: peerIdOfKey(keyOf(part.name)),
      roles: part.roles.reduce((mask, role) => mask | roles[role], 0),
      owner: operatorOf(part.ownedBy ?? part.name),
    });
    if (part.stake > 0n) await chain.connect(operator).nodes.stake(operator, part.stake);
    await start(part.name);
  }

  const member = (name: string): Member => members.get(name)!;
  const end = async (name: string): Promise<void> => {
    const { store, node, operator } = member(name);
    hub.crash(operator);
    await node.stop().catch(() => undefined);
    await node.ports.chain.close();
    store.close();
    members.delete(name);
  };

  return {
    chain,
    hub,
    member,
    start,
    crash: end,
    publish: async (csv, target, changes = {}) => {
      const { node } = member('hospital');
      const request = { csv: utf8.encode(csv), target, publicShare: 0.2, heldBackShare: 0.2, ...changes };
      const seed = node.ports.random();
      const { publicRows } = previewDataset({ ...request, minGroupRows: 10 }, seed, { show: 0 });
      const published = await publishDataset(node.ports, node.port('custody').datasets, {
        ...request,
        name: 'cohort',
        description: 'A synthetic cohort.',
        license: 'https://example.org/license',
        seed,
        consent: publicRows?.consent,
        autoApprove: changes.autoApprove ?? true,
        policy: {
          minGroupRows: 10,
          outputs: { model: 1, metrics: 1, evaluation: 1 },
          weightBits: 8,
          ratePermille: 5,
          groups: ['sex'],
          opaqueBits: 0,
          publicInputs: [],
          candidates: true,
          bits: { job: 2_000, requesterYear: 100_000, year: 100_000, total: 100_000 },
          maxUses: 10,
          token: deployment.token,
          amount: 10n ** 17n,
          dryRunAmount: 10n ** 16n,
          auditors: [member('hospital-audit').operator],
          maxFuel: 1e12,
          maxRunMs: 60_000,
          ...changes.policy,
        },
      });
      return published.dataset;
    },
    stop: async () => {
      for (const name of [...members.keys()]) await end(name);
      clearInterval(miner);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
