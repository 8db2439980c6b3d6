import type { Behaviour } from '../node/behaviour.ts';
import type { Cheater, Ring } from './cheater.ts';
import { falsified } from './wrongOutput.ts';

/** Member 0 cheats; the others, drawn as its auditors or jurors, say it did not. */
export function colluding(honest: Behaviour, { members }: Ring, index: number): Behaviour {
  const [leader] = members;
  return {
    ...honest,
    ...(index === 0 ? { execute: falsified } : {}),
    audits: provider => (provider === leader ? 'agree' : 'replay'),
    votes: (accused, right, claimed) => (accused === leader ? claimed : right),
  };
}

export const colludingAuditor: Cheater = {
  name: 'collusion',
  does: 'A provider sells noise; three auditors of its ring agree whenever they are drawn, and vote for it in juries.',
  caughtBy:
    'The lot draws somebody else with the share of stake that is not theirs; juries have an honest majority.',
  formula: 'q · (1 − ρ), ρ = their chance to be the only ones drawn, about α',
  byLot: true,
  nodes: 4,
  corrupt: colluding,
};
