import type { DisputeView } from '@koinon/chain';
import { refusalOf } from '@koinon/chain';
import {
  type CourtAction,
  type Knowledge,
  nextDisputeAction,
  type OwnSeal,
  outcomeAfter,
  sealSalt,
  type VoteState,
} from '@koinon/integrity';
import { obtainDossier } from '@koinon/kernel';
import { asKoinonError, type Hex } from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';

/** Actions in a row about one dispute, so that an error of ours cannot make a tight loop. */
const ACTIONS_MAX = 32;

/**
 * Does what an honest node does next about a dispute, as accuser, accused, juror or bystander, until nothing is to be done
 * before some time. All it decides from is on chain or follows from this node's own run, so killing it changes nothing.
 */
export async function workDispute(tools: CourtTools, dispute: Hex): Promise<LookAgain> {
  const { court } = tools.ports.chain;
  const terms = await tools.terms();
  for (let actions = 0; actions < ACTIONS_MAX; actions++) {
    const view = await court.dispute(dispute);
    if (!view) return undefined;
    const known = await knowledgeOf(tools, view);
    const action = nextDisputeAction(view, terms, known, ownSeal(tools, view));
    if (action.do === 'done') return collect(tools);
    if (action.do === 'wait') return action.until;
    if (action.do === 'learn') {
      const isLearnt =
        action.what === 'outcome' ? await learnOutcome(tools, view) : await learnSeats(tools, view);
      if (!isLearnt) return known.nowSeconds + 1;
      continue;
    }
    try {
      await act(tools, view, action);
    } catch (error) {
      // Somebody else was quicker, or its time is over: the next look tells.
      if (refusalOf(error) === undefined) throw error;
      tools.ports.journal.note('court-refused', {
        dispute,
        action: action.do,
        reason: asKoinonError(error).message,
      });
      return known.nowSeconds + 1;
    }
  }
  return (await tools.chainSeconds()) + 1;
}

async function knowledgeOf(tools: CourtTools, view: DisputeView): Promise<Knowledge> {
  const { ports, secret, replayBook } = tools;
  const { court, token } = ports.chain;
  const me = ports.signer.address;
  const votes = new Map<number, VoteState>();
  for (const { round } of view.juries) votes.set(round, await court.voteState(view.dispute, round, me));
  const nowSeconds = await tools.chainSeconds();
  const jury = view.juries.at(-1);
  const isVoting = view.outcome === 'open' && jury !== undefined && nowSeconds < jury.commitUntil;
  const isAppealing = view.outcome === 'open' && jury !== undefined && nowSeconds >= jury.revealUntil;
  const replay = replayBook.get(view.receipt);
  const isWinner = me === (view.outcome === 'convicted' ? view.accuser : view.accused);
  return {
    me,
    nowSeconds,
    secret,
    outcome: replay && outcomeAfter(replay.trace, view.previousRoot),
    seats: isVoting ? await court.seats(view.dispute, jury.round, me) : 0,
    votes,
    canAppeal:
      isAppealing &&
      (await token.balanceOf(ports.deployment.token as Hex, me)) >= (await court.appealBond(view.dispute)),
    hasSentence:
      view.outcome === 'convicted' && (await court.sentenceOf(view.accused, view.dispute)) !== undefined,
    unsettled: view.outcome !== 'open' && isWinner ? await unsettled(tools, view) : [],
  };
}

async function unsettled(tools: CourtTools, { dispute }: DisputeView) {
  const { court } = tools.ports.chain;
  const left: { round: number; juror: Hex }[] = [];
  for (const fact of await court.timeline(dispute)) {
    if (fact.what !== 'vote-sealed' || !fact.who) continue;
    const round = Number(fact.details['round']);
    const state = await court.voteState(dispute, round, fact.who);
    if (state === 'sealed' || state === 'opened') left.push({ round, juror: fact.who });
  }
  return left;
}

/** Nothing but the secret and the run are needed to open what was sealed, whatever this node has forgotten since. */
function ownSeal({ ports, secret, replayBook }: CourtTools, view: DisputeView): OwnSeal | undefined {
  if (view.accuser !== ports.signer.address) return undefined;
  const replay = replayBook.get(view.receipt);
  return (
    replay && {
      outcome: outcomeAfter(replay.trace, view.previousRoot),
      salt: sealSalt(secret, view.receipt),
    }
  );
}

async function learnOutcome(tools: CourtTools, view: DisputeView): Promise<boolean> {
  const { ports, evidence, replays, signal } = tools;
  const peers = [view.accuser, view.accused];
  try {
    const dossier =
      evidence.dossierOf(view.receipt) ??
      (await obtainDossier(ports, evidence.dossiers, view.receipt, peers, signal));
    await replays.once(view.receipt, dossier, peers, signal);
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    const { code, message } = asKoinonError(error);
    ports.journal.note('dispute-unreplayed', { dispute: view.dispute, code, reason: message });
    return false;
  }
}

/** A beacon whose values have to be brought to the chain is brought there by whoever waits for it. */
async function learnSeats({ ports }: CourtTools, view: DisputeView): Promise<boolean> {
  const { beacon, court } = ports.chain;
  const jury = view.juries.at(-1)!;
  if (beacon.kind === 'block') return false;
  try {
    await beacon.record(jury.beaconRound, { key: `beacon:${jury.beaconRound}` });
  } catch {
    return false;
  }
  return (await court.seats(view.dispute, jury.round, ports.signer.address)) !== undefined;
}

type Deed = Exclude<CourtAction, { do: 'wait' } | { do: 'learn' } | { do: 'done' }>;

async function act(tools: CourtTools, view: DisputeView, action: Deed): Promise<void> {
  const { ports } = tools;
  const { chain, journal, signer } = ports;
  const { court } = chain;
  const { dispute } = view;
  const noted = (event: string, mined: { transaction: Hex; gasUsed: bigint }, facts = {}) =>
    journal.note(event, { dispute, transaction: mined.transaction, gasUsed: mined.gasUsed, ...facts });
  switch (action.do) {
    case 'sealVote': {
      const { round, outcome, salt } = action;
      const vote = court.voteOf(dispute, round, signer.address, outcome, salt);
      noted('vote-sealed', await court.sealVote(dispute, vote, { key: `vote:${dispute}:${round}` }), {
        round,
      });
      return ports.checkpoint('vote-sealed');
    }
    case 'openVote': {
      const { round, outcome, salt } = action;
      const options = { key: `open:${dispute}:${round}` };
      noted('vote-opened', await court.openVote(dispute, outcome, salt, options), { round, outcome });
      return ports.checkpoint('vote-opened');
    }
    case 'openSeal': {
      const options = { key: `openSeal:${dispute}` };
      return noted('seal-opened', await court.openSeal(dispute, action.outcome, action.salt, options));
    }
    case 'appeal': {
      const { round } = view.juries.at(-1)!;
      return noted('dispute-appealed', await court.appeal(dispute, { key: `appeal:${dispute}:${round}` }));
    }
    case 'resolve': {
      const { round } = view.juries.at(-1)!;
      noted('dispute-resolved', await court.resolve(dispute, { key: `resolve:${dispute}:${round}` }));
      return ports.checkpoint('dispute-resolved');
    }
    case 'enforce':
      return noted(
        'sentence-enforced',
        await court.enforce(view.accused, dispute, { key: `enforce:${dispute}` }),
      );
    case 'settleVote': {
      const { round, juror } = action;
      const options = { key: `settle:${dispute}:${round}:${juror}` };
      return noted('vote-settled', await court.settleVote(dispute, round, juror, options), { round, juror });
    }
    case 'answerDemand':
    case 'closeDemand':
      return;
  }
}

/** What the court holds for this node comes home. */
export async function collect({ ports }: CourtTools): Promise<undefined> {
  const { court } = ports.chain;
  const koin = ports.deployment.token as Hex;
  const amount = await court.owed(koin, ports.signer.address);
  if (amount === 0n) return undefined;
  const { transaction } = await court.withdraw(koin);
  ports.journal.note('court-paid', { amount, transaction });
  return undefined;
}
