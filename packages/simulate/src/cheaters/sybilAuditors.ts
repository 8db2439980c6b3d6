import type { Cheater } from './cheater.ts';
import { colluding } from './collusion.ts';

/** Many names, one purse. */
export const sybilAuditors: Cheater = {
  name: 'sybil-auditors',
  does: 'The same with the stake of two nodes split over eight, to be drawn more often.',
  caughtBy: 'Chances go by stake, so eight small nodes are drawn as often as two large ones.',
  formula: 'q · (1 − ρ), ρ as if the stake were not split',
  byLot: true,
  nodes: 9,
  stakeShare: 0.25,
  corrupt: colluding,
};
