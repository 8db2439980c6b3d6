import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferRequestOf, predictionsOf } from './inferRequest.ts';

const inputs = [
  { name: 'age', datatype: 'FP32' },
  { name: 'toString', datatype: 'BYTES' },
];

test('rows become a tensor for each input, and what is not known is null', () => {
  const rows: object[] = [{ age: 50.5, toString: 'north' }, { age: null, colour: 'red' }, {}];
  // A column may well be called like a method of objects.
  assert.deepEqual(inferRequestOf(inputs, rows as never), {
    inputs: [
      { name: 'age', datatype: 'FP32', shape: [3, 1], data: [50.5, null, null] },
      { name: 'toString', datatype: 'BYTES', shape: [3, 1], data: ['north', null, null] },
    ],
  });
});

const answer = (classes: string) => ({
  outputs: [
    { name: 'label', shape: [2], data: ['yes, often', 'no'] },
    { name: 'probabilities', shape: [2, 2], data: [0.25, 0.75, 0.5, '0.5'], parameters: { classes } },
  ],
});

test('probabilities are told row by row under the names of the classes', () => {
  assert.deepEqual(predictionsOf(answer('no,yes')), [
    { label: 'yes, often', probabilities: { no: 0.25, yes: 0.75 } },
    { label: 'no', probabilities: { no: 0.5, yes: 0.5 } },
  ]);
});

test('a class with a comma in its name is called by its number, or by its name where the model is known', () => {
  assert.deepEqual(predictionsOf(answer('no,yes, often'))[0]!.probabilities, { '#0': 0.25, '#1': 0.75 });
  assert.deepEqual(predictionsOf(answer('no,yes, often'), ['no', 'yes, often'])[0]!.probabilities, {
    no: 0.25,
    'yes, often': 0.75,
  });
});
