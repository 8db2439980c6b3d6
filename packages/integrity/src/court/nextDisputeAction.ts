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
  if (now < jury.appealUntil) return appeal(view, jury, terms, known);
  return resolve(view, jury, known);
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

/** Whoever has something at stake and knows the leading outcome to be wrong asks for a larger jury. */
function appeal(view: DisputeShape, jury: JuryShape, terms: TermsShape, known: Knowledge): CourtAction {
  const wait: CourtAction = { do: 'wait', until: jury.appealUntil };
  const isLast = jury.round + 1 >= terms.maxRounds;
  // Without a majority the next jury is called anyway.
  const isDecisive = jury.leadingSeats * 2 >= jury.seats && jury.leadingSeats > 0;
  if (isLast || !isDecisive || jury.appellant !== undefined || !isConcerned(view, jury, known)) return wait;
  if (known.outcome === undefined) return { do: 'learn', what: 'outcome', until: jury.appealUntil };
  if (known.outcome === jury.leading || !known.canAppeal) return wait;
  return { do: 'appeal', dispute: view.dispute };
}

function resolve(view: DisputeShape, jury: JuryShape, known: Knowledge): CourtAction {
  const patience = isParty(view, known) ? 0 : KEEPER_PATIENCE_SECONDS;
  const until = jury.appealUntil + patience;
  return known.nowSeconds < until ? { do: 'wait', until } : { do: 'resolve', dispute: view.dispute };
}

/** Every juror collects for itself; whoever won sees to those who lost. */
function settle(view: DisputeShape, known: Knowledge): CourtAction {
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
