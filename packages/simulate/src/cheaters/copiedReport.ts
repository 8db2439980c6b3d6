import type { Cheater } from './cheater.ts';

/** Takes the pay of an audit for somebody else's. */
export const copiedReport: Cheater = {
  name: 'copied-report',
  does: 'As an auditor, signs what another auditor reported, and nothing when there is no other.',
  caughtBy:
    'Drawn alone it has nothing to copy; its report is demanded on chain, and silence costs the absence penalty.',
  formula: '1 for every report it owes and does not have',
  nodes: 1,
  corrupt: honest => ({ ...honest, audits: () => 'copy' }),
};
