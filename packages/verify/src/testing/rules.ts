import { type Policy, policyDigest, type TableDescription } from '@koinon/protocol';
import { digestOf, parties, token } from './parties.ts';

export const CONTENT_ROOT = digestOf('the rows');

/** The data owner's rules. */
export const policy: Policy = {
  koinon: 'policy/2',
  minGroupRows: 10,
  outputs: { model: 1, metrics: 1, evaluation: 1 },
  weightBits: 8,
  ratePermille: 5,
  groups: ['sex'],
  opaqueBits: 0,
  publicInputs: [],
  candidates: true,
  bits: { job: 1000, requesterYear: 2000, year: 4000, total: 10_000 },
  maxUses: 4,
  token,
  amount: 40n,
  dryRunAmount: 4n,
  auditors: [parties.hospitalAudit.address],
  maxFuel: 1_000_000,
  maxRunMs: 60_000,
};
export const POLICY_DIGEST = policyDigest(policy);

/** What everybody may know of the table. */
export const description: TableDescription = {
  version: 2,
  approximateRows: 400,
  approximateHeldBackRows: 100,
  columns: [
    { name: 'age', type: 'number', grid: { centre: 48, unit: 8 } },
    { name: 'sex', type: 'category', dictionary: ['f', 'm'] },
    { name: 'ill', type: 'category', dictionary: ['no', 'yes'] },
  ],
  target: 'ill',
};

/** The dataset's record, as much of it as is read. */
export const record = {
  name: 'cohort',
  'koinon:contentRoot': CONTENT_ROOT,
  'koinon:table': description,
};
