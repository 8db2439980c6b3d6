import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelOf, rowTyped } from './inference.ts';

const inputs = [
  { name: 'age', datatype: 'FP32' },
  { name: 'sex', datatype: 'BYTES' },
];

test('a form becomes one row, and an empty field a missing value', () => {
  assert.deepEqual(rowTyped(inputs, { age: '50.5', sex: '' }), { age: 50.5, sex: null });
  assert.deepEqual(rowTyped(inputs, { sex: 'female' }), { age: null, sex: 'female' });
});

test('the name of a column is read as words', () => {
  assert.equal(labelOf('systolic_bp'), 'systolic bp');
});
