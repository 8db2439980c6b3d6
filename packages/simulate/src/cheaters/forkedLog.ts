import type { Cheater } from './cheater.ts';

/** One log for those who look, one for the chain. */
export const forkedLog: Cheater = {
  name: 'forked-log',
  does: 'Anchors a log without the receipts it hands out, and shows requesters another one that has them.',
  caughtBy: 'The signed head it shows has the size of an anchor and another root: one transaction convicts.',
  formula: '1',
  nodes: 1,
  corrupt: honest => ({ ...honest, logs: 'forks' }),
};
