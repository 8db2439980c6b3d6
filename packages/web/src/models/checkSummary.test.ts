import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../checker/questions.ts';
import { checkGroups, groupWords, summaryOf } from './checkSummary.ts';

const check = (state: Check['state'], job = 'training'): Check => ({
  id: 'x',
  job,
  state,
  title: '',
  detail: '',
});

test('one wrong thing is enough to say that something is wrong', () => {
  const summary = summaryOf([check('ok'), check('failed'), check('skipped')]);
  assert.equal(summary.state, 'failed');
  assert.match(summary.text, /1 check of 3 failed/);
});

test('nothing checked, or only skipped, is no success', () => {
  assert.equal(summaryOf([]).state, 'failed');
  assert.equal(summaryOf([check('skipped')]).state, 'failed');
});

test('a check that broke off is no success, whatever passed before', () => {
  assert.equal(summaryOf([check('ok')], 'the node went away').state, 'failed');
});

test('what was not checked is said beside what passed', () => {
  const summary = summaryOf([check('ok'), check('ok'), check('skipped')]);
  assert.equal(summary.state, 'ok');
  assert.match(summary.text, /2 checks passed\. 1 check could not be made here/);
});

test('checks stand with their job, in the order they came', () => {
  const groups = checkGroups([
    check('ok', 'passport'),
    check('ok', 'predictions 2'),
    check('failed', 'passport'),
  ]);
  assert.deepEqual(
    groups.map(({ title, checks }) => [title, checks.length]),
    [
      ['The passport itself', 2],
      ['Predictions 2', 1],
    ],
  );
  assert.equal(groupWords(groups[0]!.checks), '1 of 2 correct, 1 wrong');
});
