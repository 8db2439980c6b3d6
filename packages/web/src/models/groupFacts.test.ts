import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byColumn, isClearlyWorse, metricsCsv, wilson, worstGroup } from './groupFacts.ts';

const group = (value: string, rows: number | null, accuracy: number | null, column = 'site') => ({
  column,
  value,
  rows,
  accuracy,
  logLoss: null,
  rocAuc: 0.9,
  expectedCalibrationError: 0.02,
});

test('the Wilson interval agrees with a published example', () => {
  // Brown, Cai and DasGupta 2001, n = 10 and 3 successes at 95 %: 0.1078 to 0.6032.
  const { low, high } = wilson(0.3, 10);
  assert.ok(Math.abs(low - 0.1078) < 5e-4 && Math.abs(high - 0.6032) < 5e-4, `${low} to ${high}`);
});

test('the interval holds the share, stays within 0 to 1 and narrows with rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rows, share) => {
        const [few, many] = [wilson(share, rows), wilson(share, rows * 4)];
        const isAround = few.low <= share + 1e-12 && few.high >= share - 1e-12;
        return (
          isAround && few.low >= 0 && few.high <= 1 && many.high - many.low <= few.high - few.low + 1e-12
        );
      },
    ),
  );
});

test('the worst group is the one that is right least often, those without a figure aside', () => {
  const groups = [group('north', 400, 0.9), group('island', 40, null), group('harbour', 98, 0.83)];
  assert.equal(worstGroup({ groups })?.value, 'harbour');
  assert.equal(worstGroup({ groups: [group('island', 40, null)] }), undefined);
});

test('a few rows below the whole are not called clearly worse, many are', () => {
  assert.equal(isClearlyWorse(group('a', 20, 0.8), 0.88), false);
  assert.equal(isClearlyWorse(group('a', 2000, 0.8), 0.88), true);
  assert.equal(isClearlyWorse(group('a', 2000, null), 0.88), false);
  assert.equal(
    isClearlyWorse(group('a', null, 0.1), 0.88),
    false,
    'a group whose rows are not told may be small',
  );
});

test('the CSV has the whole first, quotes what needs it and leaves out what could not be computed', () => {
  const overall = { rows: 3, accuracy: 1, logLoss: null, rocAuc: null, expectedCalibrationError: null };
  const csv = metricsCsv({ overall, groups: [group('a, "b"', 3, 1), group('c', null, 1)] });
  assert.deepEqual(csv.split('\n').slice(1), [
    '(all),(all),3,1,,,',
    'site,"a, ""b""",3,1,,0.9,0.02',
    'site,c,,1,,0.9,0.02',
    '',
  ]);
});

test('groups keep their column and order', () => {
  const columns = byColumn([group('b', 1, 1), group('x', 1, 1, 'sex'), group('a', 1, 1)]);
  assert.deepEqual([...columns.keys()], ['site', 'sex']);
  assert.deepEqual(
    columns.get('site')?.map(({ value }) => value),
    ['b', 'a'],
  );
});
