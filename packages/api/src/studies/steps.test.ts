import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  jobPhases,
  placeOfStep,
  readStep,
  replicaJob,
  resultOf,
  type Step,
  stepName,
  stepResults,
} from './steps.ts';

const step = (name: string, result?: unknown): Step => ({
  workflow: 'study',
  name,
  status: result === undefined ? 'running' : 'done',
  startedAtMs: 1,
  result,
});

test('the name of a step of a job tells job and kind again', () => {
  const jobs = fc.oneof(
    fc.constantFrom('train', 'predict', 'measure', 'run'),
    fc.integer({ min: 1, max: 9 }).map(replicaJob),
  );
  fc.assert(
    fc.property(jobs, fc.constantFrom(...jobPhases, 'draft', 'manifest'), (job, kind) => {
      assert.deepEqual(placeOfStep(stepName(job, kind)), { job, kind });
    }),
  );
});

test('permission is asked for the study, and once more for a test on rows held back', () => {
  assert.equal(stepName('train', 'permission.asked'), 'permission.asked');
  assert.equal(stepName('measure', 'permission.given'), 'measure.permission.given');
  assert.deepEqual(placeOfStep('permission.asked'), { kind: 'permission.asked' });
  assert.deepEqual(placeOfStep('measure.permission.given'), { job: 'measure', kind: 'permission.given' });
});

test('steps of the study itself have no job, and strange names have no place', () => {
  for (const kind of ['dataset', 'model', 'passport', 'registered', 'served'] as const)
    assert.deepEqual(placeOfStep(kind), { kind });
  for (const name of ['', 'toString', 'train.', 'train.toString', 'runner.receipt', 'dance.receipt'])
    assert.equal(placeOfStep(name), undefined);
});

test('a result is parsed by its kind, members of a newer node left out', () => {
  const known = readStep(step('served', { name: 'heart', version: 2, colour: 'red' }));
  assert.ok(known?.kind === 'served');
  assert.deepEqual(known.result, { name: 'heart', version: 2 });
  assert.deepEqual(
    resultOf([step('run.comparison', { majority: [1], of: 2 })], 'comparison', 'run.comparison'),
    {
      majority: [1],
      of: 2,
    },
  );
});

test('a step under way has no result, and a result of another kind is not believed', () => {
  assert.equal(readStep(step('model'))?.result, undefined);
  assert.equal(readStep(step('model', { model: 7 })), undefined);
  for (const kind of Object.keys(stepResults)) assert.equal(readStep(step(kind, 'nonsense')), undefined);
});
