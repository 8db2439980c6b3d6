import type { Hex } from '@koinon/protocol';
import { voteSalt } from './salts.ts';
import type { CourtAction, DisputeShape, JuryShape, Knowledge, TermsShape } from './views.ts';

/** A juror that is no party moves a dispute on when the parties have not, seconds after the deadline. */
export const KEEPER_PATIENCE_SECONDS = 60;

/** An accuser's outcome and salt as it sealed them with the accusation. */
export interface OwnSeal {
  outcome: Hex;
  salt: Hex;
}

/**
 * What an honest node does next about a dispute. Pure: the same view gives the same action, so a node that crashes asks again
 * and loses nothing. Never votes with anything but its own replay, never lets a deadline of its own pass.
 */
export function nextDisputeAction(
  view: DisputeShape,
  terms: TermsShape,
  known: Knowledge,
  seal?: OwnSeal,
): CourtAction {
  if (view.outcome !== 'open') return settle(view, known);
  const jury = view.juries.at(-1);
  if (!jury) return { do: 'wait', until: known.nowSeconds + 1 };
  const { nowSeconds: now } = known;
  const opening = openSeal(view, jury, known, seal);
  if (opening) return opening;
  if (now < jury.commitUntil) return sealVote(view, jury, known);
  if (now < jury.revealUntil) return openVote(view, jury, known);
  const isFinal = jury.round + 1 >= terms.maxRounds || !hasMajority(jury);
  if (!isFinal && now < jury.appealUntil) return appeal(view, jury, known);
  return resolve(view, isFinal ? jury.revealUntil : jury.appealUntil, known);
}

/** As soon as votes are closed: later nobody would hear it. */
function openSeal(
  view: DisputeShape,
  jury: JuryShape,
  known: Knowledge,
  seal: OwnSeal | undefined,
): CourtAction | undefined {
  const isMine = seal !== undefined && same(view.accuser, known.me) && view.opened === undefined;
  if (!isMine || known.nowSeconds < jury.commitUntil) return undefined;
  return { do: 'openSeal', dispute: view.dispute, ...seal };
}

function sealVote(view: DisputeShape, jury: JuryShape, known: Knowledge): CourtAction {
  const { round, commitUntil } = jury;
  if (!mayVote(view, known) || stateOf(known, round) !== 'none') return { do: 'wait', until: commitUntil };
  if (known.seats === undefined) return { do: 'learn', what: 'seats', until: commitUntil };
  if (known.seats === 0) return { do: 'wait', until: commitUntil };
  const { outcome } = known;
  if (outcome === undefined) return { do: 'learn', what: 'outcome', until: commitUntil };
  const salt = voteSalt(known.secret, view.dispute, round, known.me);
  return { do: 'sealVote', dispute: view.dispute, round, outcome, salt };
}

function openVote(view: DisputeShape, jury: JuryShape, known: Knowledge): CourtAction {
  const { round, revealUntil } = jury;
  if (stateOf(known, round) !== 'sealed') return { do: 'wait', until: revealUntil };
  const { outcome } = known;
  if (outcome === undefined) return { do: 'learn', what: 'outcome', until: revealUntil };
  const salt = voteSalt(known.secret, view.dispute, round, known.me);
  return { do: 'openVote', dispute: view.dispute, round, outcome, salt };
}

/** At least half of the expected seats were opened, and more than half of those agree. */
function hasMajority({ revealedSeats, leadingSeats, seats }: JuryShape): boolean {
  return revealedSeats * 2 >= seats && leadingSeats * 2 > revealedSeats;
}

/** Whoever has something at stake and knows the leading outcome to be wrong asks for a larger jury. */
function appeal(view: DisputeShape, jury: JuryShape, known: Knowledge): CourtAction {
  const wait: CourtAction = { do: 'wait', until: jury.appealUntil };
  if (jury.appellant !== undefined || !isConcerned(view, jury, known)) return wait;
  if (known.outcome === undefined) return { do: 'learn', what: 'outcome', until: jury.appealUntil };
  // The court asks whether the claim stands: two outcomes that both refute it are no reason for another jury.
  const isRight = (known.outcome === view.claimed) === (jury.leading === view.claimed);
  return isRight || !known.canAppeal ? wait : { do: 'appeal', dispute: view.dispute };
}

function resolve(view: DisputeShape, due: number, known: Knowledge): CourtAction {
  const patience = isParty(view, known) ? 0 : KEEPER_PATIENCE_SECONDS;
  const until = due + patience;
  return known.nowSeconds < until ? { do: 'wait', until } : { do: 'resolve', dispute: view.dispute };
}

/** Every juror collects for itself; whoever won has the sentence carried out and sees to those who lost. */
function settle(view: DisputeShape, known: Knowledge): CourtAction {
  if (known.hasSentence && same(view.accuser, known.me)) {
    return { do: 'enforce', accused: view.accused, dispute: view.dispute };
  }
  for (const { round } of view.juries) {
    const state = stateOf(known, round);
    if (state === 'sealed' || state === 'opened') {
      return { do: 'settleVote', dispute: view.dispute, round, juror: known.me };
    }
  }
  const left = known.unsettled?.[0];
  const winner = view.outcome === 'convicted' ? view.accuser : view.accused;
  if (left && same(winner, known.me)) return { do: 'settleVote', dispute: view.dispute, ...left };
  return { do: 'done' };
}

function stateOf(known: Knowledge, round: number) {
  return known.votes.get(round) ?? 'none';
}

/** A party's own seats are not counted by the court; it does not try. */
function mayVote(view: DisputeShape, known: Knowledge): boolean {
  return !isParty(view, known);
}

function isParty(view: DisputeShape, { me }: Knowledge): boolean {
  return same(view.accused, me) || same(view.accuser, me);
}

function isConcerned(view: DisputeShape, jury: JuryShape, known: Knowledge): boolean {
  return isParty(view, known) || stateOf(known, jury.round) === 'opened';
}

function same(a: Hex, b: Hex): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
