import type { Cheater } from './cheater.ts';
import { falsified } from './wrongOutput.ts';

/** Hopes that nothing happens while it does nothing. */
export const staller: Cheater = {
  name: 'staller',
  does: 'Sells noise and then stalls: answers no demand, moves no dispute on, opens no vote.',
  caughtBy: 'Every state of the court has a deadline after which anybody moves it on.',
  formula: 'q · (1 − ρ)',
  byLot: true,
  nodes: 1,
  corrupt: honest => ({
    ...honest,
    execute: falsified,
    answersDemands: false,
    opensVotes: false,
    moves: false,
  }),
};
