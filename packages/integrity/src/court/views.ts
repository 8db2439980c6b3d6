import type { Hex } from '@koinon/protocol';

/** What the strategy reads of the court: the same shapes as `@koinon/chain` has, which lies above this package. */
export type Decision = 'open' | 'convicted' | 'acquitted' | 'undecided';

/** One round of a jury; times are unix seconds. */
export interface JuryShape {
  round: number;
  commitUntil: number;
  revealUntil: number;
  appealUntil: number;
  seats: number;
  revealedSeats: number;
  leading: Hex;
  leadingSeats: number;
  appellant: Hex | undefined;
}

export interface DisputeShape {
  dispute: Hex;
  accused: Hex;
  accuser: Hex;
  claimed: Hex;
  opened: Hex | undefined;
  outcome: Decision;
  /** The last one is the present one. */
  juries: readonly JuryShape[];
}

export interface DemandShape {
  demand: Hex;
  node: Hex;
  demander: Hex;
  /** Unix seconds until which an answer is taken. */
  until: number;
  outcome: Decision;
}

export interface TermsShape {
  maxRounds: number;
}

export type VoteState = 'none' | 'sealed' | 'opened' | 'settled';

/** What a node knows about a dispute beyond what the court shows everybody. */
export interface Knowledge {
  me: Hex;
  /** Chain time, unix seconds. */
  nowSeconds: number;
  /** 32 bytes that never change and nobody else has: salts follow from it, so a crash loses none. */
  secret: Hex;
  /** Outcome of the disputed step by my own replay; undefined while there is none. */
  outcome: Hex | undefined;
  /** My seats in the present round; undefined while the beacon's value is not known. */
  seats: number | undefined;
  /** My votes by round. */
  votes: ReadonlyMap<number, VoteState>;
  /** Whether the conviction's stake is locked and not taken yet (`sentenceOf`). */
  hasSentence?: boolean;
  /** Others' votes that nobody has settled yet; the winner collects them. */
  unsettled?: ReadonlyArray<{ round: number; juror: Hex }>;
  /** Whether the bond of an appeal is at hand. */
  canAppeal: boolean;
}

/** What to send to the court next, or how long nothing needs to be sent. */
export type CourtAction =
  | { do: 'sealVote'; dispute: Hex; round: number; outcome: Hex; salt: Hex }
  | { do: 'openVote'; dispute: Hex; round: number; outcome: Hex; salt: Hex }
  | { do: 'openSeal'; dispute: Hex; outcome: Hex; salt: Hex }
  | { do: 'appeal'; dispute: Hex }
  | { do: 'resolve'; dispute: Hex }
  /** Takes the stake that the conviction locked, and with it pays the jury and the accuser. */
  | { do: 'enforce'; accused: Hex; dispute: Hex }
  | { do: 'settleVote'; dispute: Hex; round: number; juror: Hex }
  | { do: 'answerDemand'; demand: Hex }
  | { do: 'closeDemand'; demand: Hex }
  /** Nothing to do before `until`, unix seconds. */
  | { do: 'wait'; until: number }
  /** Waiting for something other than time: a replay, the beacon. */
  | { do: 'learn'; what: 'outcome' | 'seats'; until: number }
  /** Nothing to do any more. */
  | { do: 'done' };
