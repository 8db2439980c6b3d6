import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Step, Study } from '../api/answers.ts';
import { sentenceOf } from './sentence.ts';
import { placeOf, timelineOf } from './timeline.ts';

const request = { kind: 'train', dataset: '1', name: 'heart', purpose: 'p' } as const;
const study: Study = { id: 's', request, state: 'running', createdAtMs: 0 };
/** A step as it was parsed; of its result only what the test is about. */
const step = (name: string, status: Step['status'] = 'done', result: object = {}): Step =>
  ({ workflow: 's', name, status, startedAtMs: 0, kind: placeOf(name).kind, result }) as unknown as Step;

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
  const permission = ['dataset', 'train.draft', 'permission.asked', 'permission.given'];
  const part = timelineOf(study, [
    step('dataset', 'done', { publicTable: 'b' }),
    step('train.draft', 'running'),
  ])[0]!;
  assert.equal(part.state, 'running');
  assert.deepEqual(
    part.steps.map(({ name }) => name),
    permission,
  );
  assert.equal(
    timelineOf(
      study,
      permission.map(name => step(name, 'done', name === 'dataset' ? { publicTable: 'b' } : {})),
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
  assert.deepEqual(placeOf('train.draft'), { group: 'permission', kind: 'draft' });
  assert.deepEqual(placeOf('train.manifest'), { group: 'train', kind: 'manifest' });
  assert.deepEqual(placeOf('measure.permission.asked'), { group: 'permission', kind: 'permission.asked' });
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

test('a model that is tested on rows held back has two permissions and no part done by strangers', () => {
  const asked = timelineOf({ ...study, request: { ...request, privateTest: true } }, []);
  assert.deepEqual(
    asked.map(({ title }) => title),
    ['Permission', 'Training', 'Metrics', 'Registration'],
  );
  assert.deepEqual(
    asked[0]!.steps.map(({ name }) => name).filter(name => name.startsWith('measure.')),
    ['measure.draft', 'measure.permission.asked', 'measure.permission.given'],
  );
  assert.match(asked[2]!.about, /rows held back from training/);
  // The same where the dataset turns out to have no public rows, unless the requester brings some.
  const known = [step('dataset')];
  assert.deepEqual(timelineOf(study, known).length, 4);
  const own = { ...study, request: { ...request, testTable: 'b' } };
  assert.deepEqual(timelineOf(own, known).length, 5);
});

test('a single run on a dataset waits for its owner; one on public inputs does not', () => {
  type Run = Extract<Study['request'], { kind: 'run' }>;
  const run = (source: Run['inputs'][number]['source']): Study => {
    const inputs = [{ name: 'table.safetensors', source }];
    return {
      ...study,
      request: { kind: 'run', program: 'b', purpose: 'p', inputs, params: {}, outputs: [] },
    };
  };
  const first = (it: Study) => timelineOf(it, [])[0]!.id;
  assert.equal(first(run({ dataset: '1', rows: 'training' })), 'permission');
  assert.equal(first(run({ cid: 'b' })), 'run');
});

test('permissions are said with what they bind and the bits of a use, and the model with what it told', () => {
  const said = (name: string, result: object) => {
    const { kind } = placeOf(name);
    return sentenceOf({ name, kind, step: step(name, 'done', result) });
  };
  const request = { message: { purpose: 'Research.', bits: '1305' } };
  assert.equal(
    said('permission.asked', { request }),
    'Asked the data owner: “Research.”; a use may tell at most 1,305 bits',
  );
  assert.match(
    said('measure.permission.asked', { request }),
    /may be tested on rows held back: “Research\.”/,
  );
  const grant = { message: { uses: 1, bits: '305' } };
  assert.equal(
    said('permission.given', { grant }),
    'The owner said yes: this program, these parameters, these outputs, once, 305 bits',
  );
  assert.match(said('measure.permission.given', { grant }), /^The owner said yes to the test: /);
  assert.match(said('measure.draft', {}), /tested on rows held back/);
  assert.equal(
    said('model', { size: 2_048, numbers: 35, bits: 305 }),
    'The model (2.0 KiB) left through the gate, rebuilt from 35 numbers, and told at most 305 bits; the rows it learned from stayed',
  );
});
