import { forge } from '../scripts/foundry.ts';
import { budgets, measureGas } from '../scripts/measureGas.ts';

type Row = Record<string, string | number>;

/**
 * What other networks were measured to need for the same thing, gas of whole transactions: their own contracts and
 * test suites, run on a local chain.
 */
const others = {
  'Ocean: publish a dataset': '1,430,000 to 1,590,000',
  'Ocean: first paid job': '1,240,000 to 1,550,000 in 9 to 11 transactions',
  'Ocean: each later job': '453,000 in 2 transactions',
  'iExec: a job': '2,240,000 (two replicas), 730,000 (Boost)',
  'AntSeed: a session': '400,000 to 590,000 in 2 transactions',
};

/** Gas of everything people do often, beside its budget and beside what others need. Measured afresh on a local chain. */
export default async function bench(): Promise<{ title: string; rows: Row[]; note: string }> {
  if (forge('build', '--quiet', '--skip', 'test') !== 0) throw new Error('The contracts do not compile.');
  const gas = await measureGas();
  const sum = (...operations: string[]) =>
    operations.reduce((total, name) => total + (gas[name] ?? Number.NaN), 0);
  const row = (what: string, transactions: number, total: number, elsewhere: string): Row => ({
    what,
    transactions,
    gas: total,
    budget: '',
    elsewhere,
  });

  const budgeted = Object.entries(budgets).map(([what, budget]) => ({
    what,
    transactions: 1,
    gas: gas[what] ?? Number.NaN,
    budget,
    elsewhere: what.startsWith('publish') ? `Ocean ${others['Ocean: publish a dataset']}` : '',
  }));
  const paying = ['deposit, first', 'open a channel from a balance', 'claim one voucher, first of the payee'];
  const privacy = ['reserve budget, first of a dataset and grant', 'spend budget'];
  return {
    title: 'Gas of whole transactions',
    rows: [
      ...budgeted,
      row(
        'first paid job: deposit, open, claim',
        3,
        sum(...paying),
        `AntSeed ${others['AntSeed: a session']}`,
      ),
      row(
        'the same on a private dataset',
        5,
        sum(...paying, ...privacy),
        `Ocean ${others['Ocean: first paid job']}`,
      ),
      row('each later job, until its voucher is claimed', 0, 0, `iExec ${others['iExec: a job']}`),
      row('its share of a batch, where it has one voucher', 0, sum('claimMany, each further voucher'), ''),
      row(
        'each later job on a private dataset',
        2,
        sum('reserve budget', 'spend budget'),
        `Ocean ${others['Ocean: each later job']}`,
      ),
    ],
    note:
      'Whatever the number of jobs, a node anchors its log once an epoch. Deposit and opening fit in one transaction ' +
      '(permit, multicall); the approval that a deposit without permit needs is not counted.',
  };
}
