import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferBody, predictionOf } from './inference.ts';

const inputs = [
  { name: 'age', datatype: 'FP32', shape: [-1, 1] },
  { name: 'sex', datatype: 'BYTES', shape: [-1, 1] },
];

test('a form becomes one row, and an empty field a missing value', () => {
  assert.deepEqual(inferBody(inputs, { age: '50.5', sex: '' }), {
    inputs: [
      { name: 'age', shape: [1, 1], datatype: 'FP32', data: [50.5] },
      { name: 'sex', shape: [1, 1], datatype: 'BYTES', data: [null] },
    ],
  });
});

test('probabilities get the names of the model’s classes, a comma in a name included', () => {
  const answer = {
    outputs: [
      { name: 'label', shape: [1], data: ['yes, often'] },
      { name: 'probabilities', shape: [1, 2], data: [0.25, 0.75], parameters: { classes: 'no,yes, often' } },
    ],
  };
  assert.deepEqual(predictionOf(answer, ['no', 'yes, often']), {
    label: 'yes, often',
    probabilities: [
      { name: 'no', probability: 0.25 },
      { name: 'yes, often', probability: 0.75 },
    ],
  });
});
