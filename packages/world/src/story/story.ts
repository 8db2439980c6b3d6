import type { StudyRequest } from '@koinon/api';
import type { ExecutionResult } from '@koinon/executors/port';
import { bigEndian64, type Hex, rootOf, sha256, toHex, utf8 } from '@koinon/protocol';
import type { Hash } from '@koinon/runtime';
import type { MemorySqlite } from '@koinon/store';
import type { EndpointFaults } from '../chain/endpointFaults.ts';
import type { Broken } from '../checks/check.ts';
import { checkAll } from '../checks/checkAll.ts';
import { watchLogs } from '../checks/history.ts';
import { inProcessExecutor } from '../executor/inProcessExecutor.ts';
import { drawFaults } from '../faults/drawFaults.ts';
import type { Fault } from '../faults/fault.ts';
import { inject } from '../faults/inject.ts';
import { keepAlive, type Lives } from '../faults/lives.ts';
import { worldLoop } from '../loop/loop.ts';
import { createWorld, type World } from '../world.ts';
import { type Cast, drawCast } from './cast.ts';
import { privateStudy, publicStudy, publishCohort } from './deeds.ts';

/** Something that happened, as it is told. */
export interface StoryEvent {
  /** Since the story began. */
  atMs: number;
  /** Who did it; of what befalls the world, the part of it. */
  who: string;
  event: string;
  facts: Record<string, unknown>;
}

export interface StoryOptions {
  seed: string;
  /** A database that nobody else uses, for a node's disk. */
  database(): MemorySqlite;
  hash?: Hash;
  /** What goes wrong; drawn from the seed unless told. */
  faults?: readonly Fault[];
  /** Told of everything as it happens. */
  onEvent?(event: StoryEvent): void;
  /** Called once everybody is there, before anything is done: for whoever changes something about this world. */
  begun?(stage: Stage): void;
}

/** A story that is under way. */
export interface Stage {
  world: World;
  cast: Cast;
  lives: Lives;
}

/** How a study ended. */
export interface StudyEnd {
  id: string;
  state: string;
  code: string | undefined;
}

/** How a story ended. */
export interface StoryEnd {
  seed: string;
  faults: readonly Fault[];
  studies: readonly StudyEnd[];
  /** What does not hold though it should; empty for a good end. */
  broken: readonly Broken[];
  /** Over every event, the chain and all disks: the same for the same seed. */
  digest: Hex;
  /** Virtual time that passed. */
  lastedMs: number;
  /** Deeds of the world's loop. */
  deeds: number;
}

const HOUR = 3_600_000;
/** How long faults go on. */
const TROUBLE_MS = HOUR / 2;
/** How long everything may take to end after that: a case may go through three juries of a window each. */
const PATIENCE_MS = 30 * HOUR;
const LOOK_EVERY_MS = 60_000;
/** Seldomer than in earnest, as most of a story is waiting. */
const IDLE_POLLING_MS = 60_000;
const CONFIRMATIONS = 3;
const STUDIES_MAX = 6;
/** Chance that a study is on private rows, in a million. */
const PRIVATE_PPM = 400_000;

/** Plays the story of a seed to its end, and looks whether everything holds that should. */
export async function tellStory(options: StoryOptions): Promise<StoryEnd> {
  const { seed, hash } = options;
  const loop = worldLoop();
  const world = await createWorld({
    ...{ seed, loop, confirmations: CONFIRMATIONS, idlePollingMs: IDLE_POLLING_MS, court: { jurySeats: 3 } },
    database: options.database,
    executor: clock => inProcessExecutor({ clock, ...(hash ? { hash } : {}) }),
  });
  try {
    return await loop.live(() => play(world, options));
  } finally {
    world.close();
  }
}

async function play(world: World, options: StoryOptions): Promise<StoryEnd> {
  const { loop, random, chain } = world;
  const draws = random.of('story');
  const cast = drawCast(draws.of('cast'), chain.deployment.token);
  const names = cast.plans.map(({ name }) => name);
  const endpoints = new Map(names.map(name => [name, {} as EndpointFaults]));
  const clocks = new Map<string, number>();
  const lives = keepAlive(world, name => ({
    endpoint: endpoints.get(name)!,
    clockAheadMs: clocks.get(name) ?? 0,
    ...(name === cast.cheat ? { alterResult: altersOneByte } : {}),
  }));
  const startedAtMs = loop.nowMs();
  const told: Uint8Array[] = [];
  const tell = (who: string, event: string, facts: Record<string, unknown> = {}): void => {
    const happened = { atMs: loop.nowMs() - startedAtMs, who, event, facts };
    told.push(sha256(utf8.encode(textOf(happened))));
    options.onEvent?.(happened);
  };
  world.onNote((name, { event, facts }) => tell(name, event, facts));
  for (const plan of cast.plans) await world.enrol(plan, lives.changes(plan.name));
  const history = watchLogs(world);
  const wanted = 1 + draws.below(STUDIES_MAX);
  const isPrivate = Array.from({ length: wanted }, () => draws.happens(PRIVATE_PPM));
  const dataset = isPrivate.includes(true) ? await publishCohort(world) : undefined;
  options.begun?.({ world, cast, lives });

  const faults =
    options.faults ??
    drawFaults(draws.of('faults'), { names, spanMs: TROUBLE_MS, confirmations: CONFIRMATIONS });
  const heal = inject(faults, {
    ...{ world, lives, endpointOf: name => endpoints.get(name)! },
    setClock: (name, aheadMs) => void clocks.set(name, aheadMs),
    tell: words => tell('the world', 'fault', { words }),
  });
  const begun: string[] = [];
  for (const [number, isOnPrivateRows] of isPrivate.entries()) {
    loop.after(draws.below(TROUBLE_MS), () => {
      const request = () => (isOnPrivateRows ? privateStudy(world, dataset!) : publicStudy(world, number));
      void beginStudy(world, request).then(id => {
        begun.push(id);
        tell('researcher', 'study-begun', { study: id, kind: isOnPrivateRows ? 'private' : 'public' });
      });
    });
  }

  await loop.clock.wait(TROUBLE_MS);
  heal();
  tell('the world', 'healed');
  const giveUpAtMs = loop.nowMs() + PATIENCE_MS;
  while (
    loop.nowMs() < giveUpAtMs &&
    !(lives.isWhole() && begun.length === wanted && (await isQuiet(world, names)))
  ) {
    await loop.clock.wait(LOOK_EVERY_MS);
  }
  for (const name of names) await world.member(name).node.kernel.claiming.claimNow();
  // What was sent is past every confirmation, and every index has seen it.
  await loop.clock.wait(LOOK_EVERY_MS);

  const reader = await chain.connect();
  const broken = await checkAll({
    ...{ world, reader, history, begun, cheat: cast.cheat },
    plans: cast.plans,
  });
  const studies = world.member('researcher').node.port('studies').list();
  return {
    ...{ seed: options.seed, faults, broken, deeds: loop.deeds, lastedMs: loop.nowMs() - startedAtMs },
    studies: studies.map(({ id, state, failure }) => ({ id, state, code: failure?.code })),
    digest: toHex(
      sha256(
        ...told,
        utf8.encode(chain.evm.head().hash),
        ...names.map(name => utf8.encode(world.diskOf(name).digest())),
        bigEndian64(BigInt(loop.nowMs())),
      ),
    ),
  };
}

/** Begins it as soon as its requester lives and can; the study's id. */
async function beginStudy(world: World, request: () => Promise<StudyRequest>): Promise<string> {
  for (;;) {
    const id = await Promise.race([attempt(world, request), world.loop.clock.wait(LOOK_EVERY_MS)]);
    if (id) return id;
    await world.loop.clock.wait(1_000);
  }
}

async function attempt(world: World, request: () => Promise<StudyRequest>): Promise<string | undefined> {
  try {
    return world
      .member('researcher')
      .node.port('studies')
      .begin(await request());
  } catch {
    // It is dead, dies over it, or its disk is full.
    return undefined;
  }
}

/** Whether nothing is under way: no study runs, no dispute and no demand is open, and no vouchers wait to be delivered. */
async function isQuiet(world: World, names: readonly string[]): Promise<boolean> {
  if (!names.every(name => world.members.has(name))) return false;
  if (
    world
      .member('researcher')
      .node.port('studies')
      .list()
      .some(({ state }) => state === 'running')
  )
    return false;
  for (const name of names) {
    const { node, operator, store } = world.member(name);
    const { court, nodes } = node.ports.chain;
    if ((await nodes.head(operator)).size < BigInt(store.log.size)) return false;
    for (const { outcome } of [...(await court.disputes()), ...(await court.demands())]) {
      if (outcome === 'open') return false;
    }
  }
  return true;
}

/** One byte of what a job came to is another, and trace and last state fit it. */
function altersOneByte(result: ExecutionResult): ExecutionResult {
  const [first, ...rest] = [...result.outputs];
  if (!first || first[1].length === 0) return result;
  const altered = Uint8Array.from(first[1]);
  altered[altered.length - 1]! ^= 1;
  const stepRoots = [...(result.stepRoots ?? [])];
  const last = stepRoots.pop();
  if (last) stepRoots.push(sha256(last, altered));
  return {
    ...result,
    outputs: new Map([[first[0], altered], ...rest]),
    ...(last ? { stepRoots, traceRoot: toHex(rootOf(stepRoots)) } : {}),
  };
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}` : item));
}
