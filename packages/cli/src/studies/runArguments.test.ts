import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInput, parseOutput, parseParameter } from './runArguments.ts';

const usage = { code: 'K_USAGE' };

test('an input is a file, rows of a dataset, or a candidate', () => {
  assert.deepEqual(parseInput('table.safetensors=a=b.csv'), { name: 'table.safetensors', file: 'a=b.csv' });
  assert.deepEqual(parseInput('t=dataset:7'), { name: 't', dataset: '7', rows: 'training' });
  assert.deepEqual(parseInput('t=dataset:heart-risk/held-back'), {
    name: 't',
    dataset: 'heart-risk',
    rows: 'held-back',
  });
  assert.deepEqual(parseInput('m=candidate:models/a.onnx'), { name: 'm', candidate: 'models/a.onnx' });
  for (const text of ['t=dataset:', 't=dataset:/held-back', 't=dataset:7/heldback', 't=candidate:'])
    assert.throws(() => parseInput(text), usage, text);
  for (const text of ['t', '=a', 't=', '../t=a', '.t=a', 'a/b=c'])
    assert.throws(() => parseInput(text), usage, text);
});

test('a parameter is JSON where it is JSON, else text', () => {
  assert.deepEqual(parseParameter('l2=0.5'), ['l2', 0.5]);
  assert.deepEqual(parseParameter('exclude=["a","b"]'), ['exclude', ['a', 'b']]);
  assert.deepEqual(parseParameter('target=class'), ['target', 'class']);
  assert.deepEqual(parseParameter('zip="01234"'), ['zip', '01234']);
});

test('an output has a name and one of the classes the gate knows', () => {
  assert.deepEqual(parseOutput('a.json:metrics'), { name: 'a.json', class: 'metrics' });
  assert.deepEqual(parseOutput('a.json:evaluation'), { name: 'a.json', class: 'evaluation' });
  for (const text of ['a.json', ':metrics', 'a:secret', '../a:model', 'a:']) {
    assert.throws(() => parseOutput(text), usage, text);
  }
});
