import type { Cheater } from './cheater.ts';

/** What cannot be replayed cannot be refuted; so it is demanded. */
export const withheldTrace: Cheater = {
  name: 'withheld-trace',
  does: 'Gives no auditor its trace, and does not answer on chain either.',
  caughtBy: 'The drawn auditor demands one state root on chain; silence for the demand window convicts.',
  formula: 'q · (1 − ρ)',
  byLot: true,
  nodes: 1,
  corrupt: honest => ({ ...honest, servesTrace: false, answersDemands: false }),
};
