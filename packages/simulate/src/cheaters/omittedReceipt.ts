import type { Cheater } from './cheater.ts';

/** Nothing in the log, nothing to audit. */
export const omittedReceipt: Cheater = {
  name: 'omitted-receipt',
  does: 'Hands out receipts and never enters them into its log.',
  caughtBy:
    'After anchorBy the log is still shorter than the receipt’s place, or the place is demanded and not shown.',
  formula: '1',
  nodes: 1,
  corrupt: honest => ({ ...honest, logs: 'omits' }),
};
