import type { CourtOutcome, Demanded, Ground } from '../../port/court.ts';

/** ICourt.Ground by number; 0 is none. */
export const grounds = [
  undefined,
  'receipts',
  'omission',
  'misplaced',
  'fork',
  'unavailability',
  'jury',
  'arithmetic',
  'report',
] as const satisfies readonly (Ground | undefined)[];

/** ICourt.Outcome by number. */
export const outcomes = [
  'open',
  'convicted',
  'acquitted',
  'undecided',
] as const satisfies readonly CourtOutcome[];

/** ICourt.Demanded by number. */
export const demandedKinds = [
  'inclusion',
  'opening',
  'trace',
  'preimage',
  'consistency',
  'report',
] as const satisfies readonly Demanded[];

/** ICourt.VoteState by number. */
export const voteStates = ['none', 'sealed', 'opened', 'settled'] as const;
