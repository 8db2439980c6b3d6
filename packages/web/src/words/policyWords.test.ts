import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Policy } from '../api/answers.ts';
import { policySentences } from './policyWords.ts';

const policy: Policy = {
  koinon: 'policy/2',
  minGroupRows: 25,
  outputs: { model: 1, metrics: 1, evaluation: 2 },
  weightBits: 8,
  ratePermille: 5,
  groups: [],
  opaqueBits: 0,
  publicInputs: [],
  candidates: true,
  bits: { job: 2000, requesterYear: 10_000, year: 20_000, total: 100_000 },
  maxUses: 10,
  token: '0x01',
  amount: '100000000000000000',
  dryRunAmount: '10000000000000000',
  auditors: ['0x02'],
  maxFuel: 1e12,
  maxRunMs: 600_000,
};
const text = (changes: Partial<Policy>, publicRows: number | 'some' = 0) =>
  policySentences({ ...policy, ...changes }, publicRows).join(' ');

test('a policy says what may leave and how much, the smallest group, the price and who else is lent the rows', () => {
  assert.match(text({}), /Only 1 model, 1 file of training figures and 2 evaluations may leave a job/);
  assert.match(text({}), /At most 2,000 bits may leave in a job, 10,000 .* 20,000 .* 100,000 ever/);
  assert.match(text({}), /fewer than 25 rows/);
  assert.match(text({}), /0\.1 KOIN; a grant has at most 10 uses/);
  assert.match(
    text({}),
    /the auditor the owner named, who is lent the private rows for it; nobody else sees them/,
  );
  assert.match(text({ auditors: ['0x02', '0x03'] }), /one of 2 auditors/);
  assert.match(text({ groups: ['sex', 'site'] }), /the groups of “sex” and “site”/);
  assert.match(text({ opaqueBits: 4096 }), /Other files may leave up to 4,096 bits/);
  assert.match(text({ candidates: false }), /No models made elsewhere/);
});

test('nobody is told that all rows stay where some are public', () => {
  assert.match(text({}, 0), /No row is public\. All stay with the custodian/);
  assert.match(text({}, 400), /400 rows are public: the owner gave them away .* The others stay/);
  assert.match(text({}, 1), /1 row is public/);
  assert.match(text({}, 'some'), /Some rows are public/);
  for (const rows of [400, 'some'] as const) assert.doesNotMatch(text({}, rows), /^No row|^The rows stay/);
});

test('a policy that lets nothing out says so', () => {
  assert.match(
    text({ outputs: { model: 0, metrics: 0, evaluation: 0 } }),
    /Nothing of a known kind may leave\./,
  );
});
