import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresIn } from './figuresIn.ts';

test('figures are told with what they are of, and one that is none is said so', () => {
  const evaluation = {
    version: 1,
    kind: 'evaluation',
    classes: ['no', 'yes'],
    overall: { accuracy: 0.9 },
    groups: [{ column: 'sex', value: 'female', accuracy: null }],
  };
  assert.deepEqual(figuresIn(JSON.stringify(evaluation)), [
    ['kind', 'evaluation', 'all rows'],
    ['accuracy', '0.9', 'all rows'],
    ['accuracy', 'none', 'sex = female'],
  ]);
});
