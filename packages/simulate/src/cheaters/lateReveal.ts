import type { Cheater } from './cheater.ts';

/** Waits to see how the others voted. */
export const lateReveal: Cheater = {
  name: 'late-reveal',
  does: 'As a juror, seals votes and does not open them in time.',
  caughtBy:
    'A vote that was sealed and never opened loses its penalty when it is settled; anybody may settle it.',
  formula: '1 for every sealed vote',
  nodes: 1,
  corrupt: honest => ({ ...honest, opensVotes: false }),
};
