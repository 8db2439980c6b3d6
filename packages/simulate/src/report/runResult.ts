import type { CourtFact } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import type { SimNode } from '../node/simNode.ts';
import type { World } from '../node/world.ts';
import type { Trial } from './score.ts';

/** How one ring of cheaters came out of one run; amounts in KOIN base units, times in seconds. */
export interface RingResult {
  kind: string;
  /** What it has more than before, with the stolen, without what it earned by honest work for the court. */
  net: bigint;
  stolen: bigint;
  lost: bigint;
  /** From its first offence to its first conviction. */
  secondsToConviction: number | undefined;
  gasToConviction: bigint | undefined;
}

export interface RunResult {
  seed: string;
  nodes: number;
  jobs: number;
  trials: Trial[];
  rings: RingResult[];
  /** Honest nodes that lost stake, or were convicted. */
  honestLosses: Array<{ node: string; lost: bigint; convicted: boolean }>;
  /** Disputes that were open at the end. */
  unfinished: number;
  totalGas: bigint;
  refused: Array<[string, number]>;
  actions: Array<[string, number]>;
}

export async function runResult(
  world: World,
  before: ReadonlyMap<Hex, bigint>,
  after: ReadonlyMap<Hex, bigint>,
): Promise<RunResult> {
  const reader = world.memory.connect();
  const disputes = await reader.court.disputes();
  const demands = await reader.court.demands();
  const facts = await reader.court.timeline();
  const honestLosses = [];
  for (const node of world.nodes.values()) {
    if (node.cheater) continue;
    const record = await reader.nodes.get(node.address);
    const plantCosts = world.score.plantCosts.get(node.address) ?? 0n;
    const lost = world.staked.get(node.address)! - plantCosts - (record?.stake ?? 0n);
    const convicted = world.convicted.has(node.address);
    if (lost > 0n || convicted) honestLosses.push({ node: node.name, lost, convicted });
  }
  return {
    seed: world.options.seed,
    nodes: world.nodes.size,
    jobs: world.works.size,
    trials: [...world.score.trials.values()],
    rings: ringsOf(world).map(members => ringResult(world, members, { before, after, facts })),
    honestLosses,
    unfinished: [...disputes, ...demands].filter(({ outcome }) => outcome === 'open').length,
    totalGas: world.gas.total(),
    refused: [...world.refused].sort(([a], [b]) => (a < b ? -1 : 1)),
    actions: [...world.gas.counts].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Members of one ring stand side by side. */
function ringsOf(world: World): SimNode[][] {
  const rings: SimNode[][] = [];
  for (const node of world.nodes.values()) {
    if (!node.cheater) continue;
    const last = rings.at(-1);
    if (last && last[0]!.cheater === node.cheater && last.length < node.cheater.nodes) last.push(node);
    else rings.push([node]);
  }
  return rings;
}

interface Books {
  before: ReadonlyMap<Hex, bigint>;
  after: ReadonlyMap<Hex, bigint>;
  facts: readonly CourtFact[];
}

function ringResult(world: World, members: SimNode[], { before, after, facts }: Books): RingResult {
  const own = new Set(members.map(({ address }) => address));
  const sum = (values: ReadonlyMap<Hex, bigint>) =>
    members.reduce((all, { address }) => all + (values.get(address) ?? 0n), 0n);
  const stolen = sum(world.score.stolen);
  const change = sum(after) - sum(before);
  const conviction = world.score.convictions.find(({ accused, planted }) => own.has(accused) && !planted);
  const offences = [...world.score.trials.values()].filter(({ node }) => own.has(node)).map(({ at }) => at);
  return {
    kind: members[0]!.cheater!.name,
    net: stolen + change - honestIncome(own, facts),
    stolen,
    lost: change < 0n ? -change : 0n,
    secondsToConviction:
      conviction && offences.length > 0 ? conviction.at - Math.min(...offences) : undefined,
    gasToConviction: conviction && world.gas.about(conviction.accused),
  };
}

/** Fees of right votes, and bounties for convicting others: it would have had those without cheating. */
function honestIncome(ring: ReadonlySet<Hex>, facts: readonly CourtFact[]): bigint {
  let income = 0n;
  for (const { what, who, details } of facts) {
    if (what === 'vote-settled' && who && ring.has(who)) income += BigInt(details['reward'] ?? 0);
    const isForOthers = what === 'enforced' && !ring.has(details['accused'] as Hex);
    if (isForOthers && ring.has(details['bountyTo'] as Hex)) income += BigInt(details['bounty'] ?? 0);
  }
  return income;
}
