import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingFor } from '../../test/samples.ts';
import { slotsOf } from './linearFacts.ts';
import { weightsOf } from './weightsOf.ts';
import { writeLinear } from './writeLinear.ts';

test('weights are told by column and word, the largest first, without those that are zero', () => {
  const setting = settingFor();
  const { description, target, features } = setting;
  const weights: number[] = new Array(slotsOf(features)).fill(0);
  weights[0] = -127;
  weights[weights.length - 1] = 63;
  const classes = target.dictionary.slice(1);
  const bytes = writeLinear(
    { exponent: 0, intercepts: classes.map(() => 5), weights: classes.map(() => weights) },
    setting,
  );
  const told = weightsOf(bytes, description, target.name)!.filter(each => each.class === classes[0]);
  const words = features.flatMap(column =>
    column.type === 'number' ? [undefined] : column.dictionary.map(word => word),
  );
  const [largest, smaller] = told;
  assert.equal(told.length, 2);
  assert.ok(Math.abs(largest!.weight + 4) < 1e-5 && Math.abs(smaller!.weight - (4 * 63) / 127) < 1e-5);
  assert.deepEqual([largest!.column, largest!.word], [features[0]!.name, words[0]]);
  assert.deepEqual([smaller!.column, smaller!.word], [features.at(-1)!.name, words.at(-1)]);
});

test('what is no model over these columns has no weights', () => {
  const { description, target } = settingFor();
  assert.equal(weightsOf(Uint8Array.of(1, 2, 3), description, target.name), undefined);
  assert.equal(weightsOf(Uint8Array.of(1, 2, 3), description, 'nothing'), undefined);
});
