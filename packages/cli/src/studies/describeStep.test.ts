import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked, given, step } from '../testing/sampleAnswers.ts';
import { describeStep, doingWhat } from './describeStep.ts';

const tell = (name: string, result: unknown) => {
  const line = describeStep({ ...step(name, result), status: 'done' }, String);
  return line && [line.title, ...line.evidence].join(' · ');
};
const digest = `0x${'3'.repeat(64)}`;
const { manifest } = asked();

test('a question to the owner is told with what it is about and the bits of a use', () => {
  const question = asked({ bits: '1305' });
  assert.match(
    tell('permission.asked', question)!,
    /^permission asked of the data owner · at most 1,305 bits may be told a use · request 0x3333/,
  );
  assert.match(
    tell('measure.permission.asked', question)!,
    /^permission to test the model on rows held back asked of/,
  );
});

test('a yes is told with what it binds: no more than once where it is for one use', () => {
  const yes = (uses: number) => given({ uses });
  const bound = 'given: this program, these parameters, these outputs';
  assert.match(tell('permission.given', yes(1))!, new RegExp(`^permission ${bound}, once, 305 bits`));
  assert.match(tell('permission.given', yes(3))!, new RegExp(`^permission ${bound}, 3 times, 305 bits`));
  assert.match(
    tell('measure.permission.given', yes(1))!,
    new RegExp(`^permission to test the model on rows held back ${bound}`),
  );
});

test('a draft is told as what the owner reads', () => {
  assert.match(tell('measure.draft', { manifest, digest })!, /^measuring the model: .* for the data owner/);
  assert.match(tell('train.draft', { manifest, digest })!, /^training: /);
});

test('a model is told with the numbers it was rebuilt from and the bits told; one of an earlier version without', () => {
  const model = { model: manifest, size: 2_048 };
  assert.match(
    tell('model', { ...model, numbers: 35, bits: 305 })!,
    /left the building through the gate, rebuilt from 35 numbers; at most 305 bits told; the rows it learned from stayed/,
  );
  assert.match(tell('model', model)!, /left the building through the gate; the rows it learned from stayed/);
});

test('every step that runs is said in words', () => {
  for (const job of ['train', 'measure', 'run']) {
    for (const phase of ['draft', 'permission.asked', 'permission.given', 'manifest', 'receipt'])
      assert.doesNotMatch(doingWhat(`${job}.${phase}`), /permission\.|draft$|: manifest$|: receipt$/);
  }
});
