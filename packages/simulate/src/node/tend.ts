import type { DisputeView } from '@koinon/chain';
import {
  type CourtAction,
  type Knowledge,
  nextDisputeAction,
  outcomeAfter,
  stepClaim,
  type VoteState,
} from '@koinon/integrity';
import { type Hex, ZERO_32 } from '@koinon/protocol';
import { execute } from '../engine/program.ts';
import { act } from './act.ts';
import { audit } from './audit.ts';
import { placeOf } from './checkLog.ts';
import type { SimNode, Work } from './simNode.ts';
import type { World } from './world.ts';

/** Seconds between looking and acting, at most: blocks, queues, other work. */
const LATENCY_SECONDS = 20;
const RETRY_SECONDS = 60;
const REFUSALS_MAX = 10;

/** Asks the strategy again and again until it has nothing left to do about a dispute. */
export function tendDispute(world: World, node: SimNode, id: Hex): void {
  const key = `${node.address} ${id}`;
  if (world.tending.has(key)) return;
  world.tending.add(key);
  let refusals = 0;
  soon(1);

  function soon(seconds: number): void {
    const pause = seconds + node.random.next() * LATENCY_SECONDS;
    world.schedule.after(pause, () => node.whenUp(look));
  }

  async function look(): Promise<void> {
    const { court } = node.chain;
    const view = await court.dispute(id);
    const work = view && world.works.get(view.receipt);
    if (!view || !work || refusals > REFUSALS_MAX) return void world.tending.delete(key);
    const isParty = view.accused === node.address || view.accuser === node.address;
    if (isParty && !node.behaviour.moves && view.outcome === 'open') return void world.tending.delete(key);
    const action = nextDisputeAction(
      view,
      world.terms,
      await knowledge(world, node, view, work),
      node.disk.seals.get(id),
    );
    await follow(action, view);
  }

  async function follow(action: CourtAction, view: DisputeView): Promise<void> {
    switch (action.do) {
      case 'done':
        return void world.tending.delete(key);
      case 'wait':
        return soon(Math.max(1, action.until - world.schedule.now()));
      case 'learn':
        if (action.until - world.schedule.now() < 0) return void world.tending.delete(key);
        return soon(RETRY_SECONDS);
      case 'openVote':
        if (!node.behaviour.opensVotes)
          return soon(Math.max(1, view.juries.at(-1)!.revealUntil - world.schedule.now()));
        break;
    }
    const done = await perform(world, node, view, action);
    if (done) refusals = 0;
    else refusals++;
    soon(done ? 1 : RETRY_SECONDS);
  }
}

async function knowledge(world: World, node: SimNode, view: DisputeView, work: Work): Promise<Knowledge> {
  const { court, token } = node.chain;
  const round = view.juries.length - 1;
  const right = outcomeAfter(execute(work.job.manifest), view.previousRoot);
  const votes = new Map<number, VoteState>();
  for (const jury of view.juries)
    votes.set(jury.round, await court.voteState(view.dispute, jury.round, node.address));
  const purse = await token.balanceOf(world.memory.deployment.token as Hex, node.address);
  const winner = view.outcome === 'convicted' ? view.accuser : view.accused;
  return {
    me: node.address,
    nowSeconds: world.schedule.now(),
    secret: node.secret,
    outcome: node.behaviour.votes(view.accused, right, view.claimed),
    seats: await court.seats(view.dispute, round, node.address),
    votes,
    canAppeal: purse >= (await court.appealBond(view.dispute)),
    hasSentence: (await court.sentenceOf(view.accused, view.dispute)) !== undefined,
    unsettled: view.outcome !== 'open' && winner === node.address ? await unsettled(node, view.dispute) : [],
  };
}

async function unsettled(node: SimNode, dispute: Hex): Promise<Array<{ round: number; juror: Hex }>> {
  const left = new Map<string, { round: number; juror: Hex }>();
  for (const fact of await node.chain.court.timeline(dispute)) {
    const round = Number(fact.details['round']);
    if (fact.what === 'vote-sealed') left.set(`${round} ${fact.who}`, { round, juror: fact.who! });
    if (fact.what === 'vote-settled') left.delete(`${round} ${fact.who}`);
  }
  return [...left.values()];
}

async function perform(
  world: World,
  node: SimNode,
  view: DisputeView,
  action: CourtAction,
): Promise<unknown> {
  const { court } = node.chain;
  const about = view.accused;
  switch (action.do) {
    case 'sealVote': {
      const { dispute, round, outcome, salt } = action;
      const vote = court.voteOf(dispute, round, node.address, outcome, salt);
      const sealed = await act(world, 'sealVote', about, () => court.sealVote(dispute, vote));
      if (sealed && !node.behaviour.opensVotes && node.cheater) {
        const trial = { kind: node.cheater.name, node: node.address, at: world.schedule.now(), predicted: 1 };
        if (node.cheater.name === 'late-reveal')
          world.score.try(`vote:${dispute}:${round}:${node.address}`, trial);
      }
      return sealed;
    }
    case 'openVote':
      return act(world, 'openVote', about, () => court.openVote(action.dispute, action.outcome, action.salt));
    case 'openSeal':
      return act(world, 'openSeal', about, () => court.openSeal(action.dispute, action.outcome, action.salt));
    case 'appeal':
      return act(world, 'appeal', about, () => court.appeal(action.dispute));
    case 'resolve':
      return act(world, 'resolve', about, () => court.resolve(action.dispute));
    case 'enforce':
      return act(world, 'enforce', about, () => court.enforce(action.accused, action.dispute));
    case 'settleVote':
      return act(world, 'settleVote', about, () =>
        court.settleVote(action.dispute, action.round, action.juror),
      );
    default:
      return undefined;
  }
}

/** Answers what this node is asked on chain, from its disk. */
export async function answerDemand(world: World, node: SimNode, id: Hex): Promise<void> {
  const { court } = node.chain;
  const demand = await court.demandOf(id);
  if (demand?.outcome !== 'open' || !node.behaviour.answersDemands) return;
  const work = world.works.get(demand.statement);
  if (!work) return;
  const { message } = work.receipt;
  switch (demand.what) {
    case 'inclusion': {
      const first = await node.chain.nodes.anchorTransaction(node.address, message.logIndex + 1n);
      const anchors = await node.chain.nodes.anchors(node.address);
      const index = anchors.findIndex(({ transaction }) => transaction === first?.transaction);
      const place = first && placeOf(node, work, BigInt(index), Number(first.size));
      if (place)
        await act(world, 'answerInclusion', undefined, () => court.answerInclusion(id, message, place));
      return;
    }
    case 'opening':
      await act(world, 'answerOpening', undefined, () =>
        court.answerOpening(id, message, work.claimed.opening),
      );
      return;
    case 'trace': {
      const { root, path, count } = stepClaim(work.claimed.roots, Number(demand.index));
      const trace = { opening: work.claimed.opening, count, root, path };
      await act(world, 'answerTrace', undefined, () => court.answerTrace(id, message, trace));
      return;
    }
    case 'report': {
      const own = node.disk.reports.get(demand.statement);
      if (own) await act(world, 'answerReport', undefined, () => court.answerReport(id, message, own.report));
      else lookLate(world, node, work, id);
      return;
    }
  }
}

/** Whoever was never told that the lot named it learns it from the demand, and has until its deadline. */
function lookLate(world: World, node: SimNode, work: Work, demand: Hex): void {
  const [requester, provider] = [work.order.requester, work.receipt.message.provider].map(
    address => world.nodes.get(address)!,
  );
  if (node.behaviour.audits(provider!.address) !== 'replay') return;
  audit(world, node, requester!, provider!, work, work.draw ?? ZERO_32, true);
  world.schedule.after(RETRY_SECONDS, () => node.whenUp(() => answerDemand(world, node, demand)));
}
