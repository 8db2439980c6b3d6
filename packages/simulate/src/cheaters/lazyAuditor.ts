import type { Cheater } from './cheater.ts';

/** The verifier’s dilemma in person. */
export const lazyAuditor: Cheater = {
  name: 'lazy-auditor',
  does: 'As an auditor, always agrees and never looks.',
  caughtBy:
    'A share φ of what it is drawn for was planted: false on purpose, committed to beforehand. Its report agrees with a refuted receipt.',
  formula: 'φ for every report',
  nodes: 1,
  corrupt: honest => ({ ...honest, audits: () => 'agree' }),
};
