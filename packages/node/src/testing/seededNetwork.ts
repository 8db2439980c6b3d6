import { test } from 'node:test';
import type { Chain } from '@koinon/chain';
import type { ExecutionResult } from '@koinon/executors';
import type { MemoryHub } from '@koinon/network';
import { KoinonError, type Policy, type Role, utf8 } from '@koinon/protocol';
import type { HeldDataset } from '@koinon/services/custody';
import { previewDataset, publishDataset } from '@koinon/services/custody';
import { sqliteInMemory } from '@koinon/store/disk';
import {
  createWorld,
  type LifeChanges,
  type Loop,
  type Member,
  type World,
  type WorldOptions,
  worldLoop,
} from '@koinon/world';
import type { z } from 'zod';
import type { servicesSchema } from '../services.ts';
import { servicesFor } from '../servicesFor.ts';
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

export interface StartOptions extends LifeChanges {
  /** How this node's executor lies, for tests of the checks. */
  alter?: (result: ExecutionResult) => ExecutionResult;
}

/** How a dataset is published otherwise than usual: a fifth public, a fifth held back, every request granted. */
export interface PublishChanges {
  publicShare?: number;
  heldBackShare?: number;
  autoApprove?: boolean;
  policy?: Partial<Policy>;
}

export type { Member };

/** A world of the usual nodes, for tests of services. */
export interface SeededNetwork {
  world: World;
  loop: Loop;
  /** Reads the chain. */
  reader: Chain;
  hub: MemoryHub;
  /** Time passes while the body runs, and only then. */
  live: Loop['live'];
  /** What `look` finds, as soon as it finds anything. Throws `K_TEST_LATE` after days of the world. */
  until<T>(look: () => T[] | Promise<T[]>): Promise<T[]>;
  member(name: string): Member;
  start(name: string, options?: StartOptions): Promise<Member>;
  /** Ends a node without a word: what was under way does not finish. */
  crash(name: string): Promise<void>;
  /** A synthetic cohort in the hospital's custody. */
  publish(csv: string, target: string, changes?: PublishChanges): Promise<HeldDataset>;
  stop(): Promise<void>;
}

export type NetworkOptions = Pick<WorldOptions, 'challengeWindowSeconds' | 'court' | 'audits'>;

const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 30_000;
/** Time of the world after which it will not happen any more. */
const PATIENCE_MS = 3 * 86_400_000;

/** Plays in a network of these parts, and ends it. */
export async function withNetwork<T>(
  seed: number,
  body: (network: SeededNetwork) => Promise<T>,
  parts?: readonly Part[],
  options?: NetworkOptions,
): Promise<T> {
  const network = await seededNetwork(seed, parts, options);
  try {
    return await network.live(() => body(network));
  } finally {
    await network.stop();
  }
}

/** Tests of one network, one after the other: its time passes while one of them runs. */
export const inTime =
  (network: () => SeededNetwork, options?: { isShared?: boolean }) =>
  (name: string, body: () => Promise<void> | void): void =>
    void test(name, () => network().live(async () => body(), options));

export async function seededNetwork(
  seed: number,
  parts: readonly Part[] = usualParts,
  options: NetworkOptions = {},
): Promise<SeededNetwork> {
  const loop = worldLoop();
  const world = await createWorld({
    ...{ seed: String(seed), loop, executor: () => quickExecutor(), ...options },
    database: sqliteInMemory,
  });
  const { chain, hub } = world;
  const { token } = chain.deployment;

  const { member } = world;
  const start = async (name: string, { alter, ...changes }: StartOptions = {}): Promise<Member> => {
    const executor = alter ? { executor: quickExecutor(alter) } : {};
    await loop.live(() => world.start(name, { ...executor, ...changes }));
    return member(name);
  };

  const { reader } = await loop.live(async () => {
    for (const part of parts) {
      const { name, ownedBy, stake } = part;
      await world.enrol({
        ...{ name, stake, purse: 10n ** 22n, ...(ownedBy ? { ownedBy } : {}) },
        services: servicesOf(part, token),
      });
    }
    return { reader: await chain.connect() };
  });

  return {
    ...{ world, loop, reader, hub, member, start, live: loop.live },
    async until(look) {
      const giveUpAtMs = loop.nowMs() + PATIENCE_MS;
      for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.02, LAST_LOOK_MS)) {
        const found = await look();
        if (found.length > 0) return found;
        if (loop.nowMs() > giveUpAtMs) {
          throw new KoinonError({ code: 'K_TEST_LATE', message: 'It did not happen.', fault: 'bug' });
        }
        await loop.clock.wait(pauseMs);
      }
    },
    crash: async name => world.kill(name),
    publish: (csv, target, changes = {}) =>
      loop.live(async () => {
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
            token,
            amount: 10n ** 17n,
            dryRunAmount: 10n ** 16n,
            auditors: [member('hospital-audit').operator],
            maxFuel: 1e12,
            maxRunMs: 60_000,
            ...changes.policy,
          },
        });
        return published.dataset;
      }),
    stop: async () => {
      // What services began outside the world, such as a child process, ends with them.
      const stops = [...world.members.values()].map(({ node }) => node.stop().catch(() => undefined));
      await loop.live(() => Promise.all(stops), { isShared: true });
      world.close();
    },
  };
}

function servicesOf(part: Part, token: string): z.input<typeof servicesSchema> {
  return {
    ...servicesFor(part.roles, {
      token,
      baseAmount: 10n ** 16n,
      gigafuelAmount: 10n ** 15n,
      maxFuel: 10n ** 13n,
    } as never),
    court: part.accuses === undefined ? {} : { accuses: part.accuses },
    ...(part.auditAmount === undefined ? {} : { studies: { auditAmount: part.auditAmount as never } }),
    ...part.services,
  };
}
