import { memoryChain } from '@koinon/chain/twin';
import { trustBook } from '@koinon/integrity';
import type { Hex } from '@koinon/protocol';
import { fastDigests } from './engine/digests.ts';
import { gasMeter } from './engine/gasMeter.ts';
import { network } from './engine/network.ts';
import { random } from './engine/random.ts';
import { schedule } from './engine/schedule.ts';
import { cheapSignatures, realSignatures } from './engine/signatures.ts';
import { hearings } from './node/hearings.ts';
import { populate } from './node/populate.ts';
import { anchor } from './node/provide.ts';
import { order } from './node/request.ts';
import type { SimNode } from './node/simNode.ts';
import { defaults, EPOCH_SECONDS, type SimulateOptions, WINDOW_SECONDS, type World } from './node/world.ts';
import { type RunResult, runResult } from './report/runResult.ts';
import { score } from './report/score.ts';

const START = 1_700_000_000;
/** Between blocks that nobody has a transaction for. */
const BLOCK_SECONDS = 60;
/** Rounds after the last order: three juries and what follows them. */
const CLOSING_ROUNDS = 24;
const NETWORK_DELAY_SECONDS = 2;
const CRASH_SECONDS = 240;

/** Told what share of a run is over, 0 to 1. */
export type Progress = (done: number) => void;

/**
 * Runs a network of honest nodes and cheaters under virtual time, from the first order to the last word of the court. The
 * same options give the same result, to the byte; nothing real is waited for.
 */
export async function simulate(
  given: Partial<SimulateOptions> & { seed: string },
  gasSnapshot: Readonly<Record<string, number>> = {},
  onProgress: Progress = () => {},
): Promise<RunResult> {
  const options: SimulateOptions = { ...defaults, ...given };
  const clock = schedule(START);
  const stream = random(options.seed);
  const signatures = (options.realSignatures ? realSignatures : cheapSignatures)(options.seed);
  const memory = memoryChain({
    seed: options.seed,
    nowSeconds: clock.now,
    challengeWindowSeconds: WINDOW_SECONDS,
    court: {},
    audits: {},
    check: signatures.check,
  });
  const reader = memory.connect();
  const stakes = stakesOf(reader);
  const world: World = {
    options,
    schedule: clock,
    network: network(clock, stream.fork('network'), {
      loss: options.loss,
      delaySeconds: NETWORK_DELAY_SECONDS,
    }),
    random: stream,
    memory,
    terms: await reader.court.terms(),
    nodes: new Map(),
    works: new Map(),
    trust: trustBook(),
    gas: gasMeter(gasSnapshot),
    score: score(),
    digest: fastDigests(memory.deployment),
    stakesAt: stakes.at,
    stakesChanged: stakes.changed,
    onDemandEnd: (demand, then) => court.onDemandEnd(demand, then),
    pursuePlant: (requester, work) => court.pursuePlant(requester, work),
    staked: new Map(),
    tending: new Set(),
    convicted: new Set(),
    refused: new Map(),
    plants: new Map(),
  };
  const court = hearings(world);
  await populate(world, signatures);
  const before = new Map<Hex, bigint>();
  for (const node of world.nodes.values()) before.set(node.address, await worth(world, node));
  stakes.changed();
  memory.mine();
  const rounds = options.rounds + CLOSING_ROUNDS;
  const end = START + rounds * EPOCH_SECONDS;
  for (let time = START; time < end; time += BLOCK_SECONDS) clock.at(time, () => memory.mine());
  for (let round = 0; round < options.rounds + 3; round++) planRound(world, round);
  await clock.run(end, now => onProgress((now - START) / (end - START)));
  court.stop();
  const after = new Map<Hex, bigint>();
  for (const node of world.nodes.values()) after.set(node.address, await worth(world, node));
  return runResult(world, before, after);
}

/** One epoch: orders in its first half, crashes and mischief at any time, anchors at its end. */
function planRound(world: World, round: number): void {
  const { schedule: clock, options } = world;
  const start = START + round * EPOCH_SECONDS;
  for (const node of world.nodes.values()) {
    const { random: own } = node;
    const moment = (share: number) => start + own.next() * share * EPOCH_SECONDS;
    if (own.chance(options.crashRate)) {
      clock.at(moment(1), () => node.crash(60 + own.next() * CRASH_SECONDS));
    }
    if (round < options.rounds) clock.at(moment(0.5), () => node.whenUp(() => order(world, node)));
    const { misbehave } = node.behaviour;
    if (misbehave) clock.at(moment(1), () => node.whenUp(() => misbehave(node, world)));
    clock.at(start + (0.9 + 0.1 * own.next()) * EPOCH_SECONDS, () => node.whenUp(() => anchor(world, node)));
  }
}

/** Everything a node has: purse, stake, and what the court owes it. */
async function worth(world: World, { chain, address }: SimNode): Promise<bigint> {
  const koin = world.memory.deployment.token as Hex;
  const record = await chain.nodes.get(address);
  return (
    (await chain.token.balanceOf(koin, address)) +
    (record?.stake ?? 0n) +
    (await chain.court.owed(koin, address))
  );
}

/** Stakes by block; they change at convictions only, so what was read holds until then. */
function stakesOf(reader: ReturnType<ReturnType<typeof memoryChain>['connect']>) {
  let known: { from: number; stakes: Map<Hex, bigint>; total: bigint } | undefined;
  let stale = true;
  return {
    changed: () => {
      stale = true;
    },
    async at(block: number) {
      if (!stale && known && block >= known.from) return known;
      const list = await reader.nodes.stakesAt(block);
      const stakes = new Map(list.map(({ operator, stake }) => [operator, stake]));
      const total = list.reduce((sum, { stake }) => sum + stake, 0n);
      const head = await reader.block('latest');
      const read = { from: block, stakes, total };
      // Only what was read after the last change holds from here on.
      if (block >= head.number - 1) {
        known = read;
        stale = false;
      }
      return read;
    },
  };
}
