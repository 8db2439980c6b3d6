import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Step, Study } from '../api/answers.ts';
import { sentenceOf } from './sentence.ts';
import { placeOf, timelineOf } from './timeline.ts';

const study: Study = { id: 's', request: { kind: 'train', purpose: 'p' }, state: 'running', createdAtMs: 0 };
const step = (name: string, status: Step['status'] = 'done', result: unknown = {}): Step => ({
  name,
  status,
  startedAtMs: 0,
  result,
});

test('a study that just began shows every part as still to come', () => {
  const groups = timelineOf(study, []);
  assert.deepEqual(
    groups.map(({ title }) => title),
    ['Permission', 'Training', 'Predictions', 'Metrics', 'Registration'],
  );
  assert.ok(groups.every(({ state }) => state === 'waiting'));
  assert.ok(groups.every(({ steps }) => steps.every(({ step }) => step === undefined)));
});

test('a step fills its place, and its group goes from waiting over running to done', () => {
  const permission = ['dataset', 'train.manifest', 'permission.asked', 'permission.given'];
  const part = timelineOf(study, [step('dataset'), step('train.manifest', 'running')])[0]!;
  assert.equal(part.state, 'running');
  assert.deepEqual(
    part.steps.map(({ name }) => name),
    permission,
  );
  assert.equal(
    timelineOf(
      study,
      permission.map(name => step(name)),
    )[0]!.state,
    'done',
  );
});

test('a failed study shows where it failed and nothing that will not come any more', () => {
  const groups = timelineOf({ ...study, state: 'failed' }, [
    step('dataset'),
    step('permission.asked', 'failed'),
  ]);
  assert.equal(groups.length, 1);
  assert.equal(groups[0]!.state, 'failed');
  assert.equal(groups[0]!.steps.length, 2);
});

test('a step is found again by its job and kind', () => {
  assert.deepEqual(placeOf('train.manifest'), { group: 'permission', kind: 'manifest' });
  assert.deepEqual(placeOf('measure.audit'), { group: 'measure', kind: 'audit' });
  assert.deepEqual(placeOf('evaluator'), { group: 'predict', kind: 'evaluator' });
  assert.deepEqual(placeOf('run.receipt'), { group: 'run', kind: 'receipt' });
  assert.deepEqual(placeOf('registered'), { group: 'registration', kind: 'registered' });
});

test('a step that is not done says what it will do, and one that is what came of it', () => {
  const ahead = sentenceOf({ name: 'train.voucher', kind: 'voucher' });
  assert.equal(ahead, 'Pay by voucher');
  const paid = {
    name: 'train.voucher',
    kind: 'voucher' as const,
    step: step('train.voucher', 'done', { amount: '11000000000000000' }),
  };
  assert.match(sentenceOf(paid), /Paid 0\.011 KOIN/);
});

test('an auditor that came to something else is never said to agree', () => {
  const audit = (verdict: number) =>
    sentenceOf({
      name: 'train.audit',
      kind: 'audit',
      step: step('train.audit', 'done', {
        audits: [{ report: { message: { auditor: '0x01', verdict } }, choice: { by: 'owner' } }],
      }),
    });
  assert.match(audit(1), /the same bytes/);
  assert.match(audit(2), /does not agree/);
});
