import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import * as ort from 'onnxruntime-web';
import { linearFacts, settings } from '../../test/arbitraries.ts';
import { scoresOfFacts } from '../../test/modelSample.ts';
import type { Setting } from '../gate/setting.ts';
import type { LinearFacts } from './linearFacts.ts';
import { writeLinear } from './writeLinear.ts';

ort.env.wasm.numThreads = 1;

/** Cells of each feature: numbers by units from the centre or missing, words by place in the dictionary or others. */
const cells = fc.array(
  fc.tuple(fc.option(fc.integer({ min: -3, max: 3 })), fc.integer({ min: -2, max: 3 })),
  {
    minLength: 5,
    maxLength: 5,
  },
);

it('a rebuilt model is loaded by stock onnxruntime and means what its facts say', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings({ min: 4, max: 16 }).chain(each => fc.tuple(fc.constant(each), linearFacts(each))),
      cells,
      async ([setting, facts], row) => {
        const { features, target } = setting;
        const session = await ort.InferenceSession.create(writeLinear(facts, setting), {
          executionProviders: ['wasm'],
        });
        const feeds = Object.fromEntries(
          features.map((column, i) => {
            const [units, place] = row[i]!;
            if (column.type === 'category')
              return [column.name, new ort.Tensor('string', [wordOf(column.dictionary, place)], [1, 1])];
            const { centre, unit } = column.grid;
            const value = units === null ? Number.NaN : centre + units * unit;
            return [column.name, new ort.Tensor('float32', Float32Array.of(value), [1, 1])];
          }),
        );
        const { probabilities } = await session.run(feeds);
        await session.release();
        const expected = softmax(scoresOf(facts, setting, row));
        assert.equal(expected.length, target.dictionary.length);
        for (const [k, p] of expected.entries())
          assert.ok(Math.abs(p - Number(probabilities!.data[k])) < 1e-4, `class ${k}: ${p}`);
      },
    ),
    { numRuns: cases(10, 100) },
  );
});

/** A word of the dictionary, or past its end nothing, or one that no dictionary has. */
function wordOf(dictionary: readonly string[], place: number): string {
  if (place === -2) return '';
  return place === -1 ? 'elsewhere' : (dictionary[place] ?? '');
}

function scoresOf(
  facts: LinearFacts,
  setting: Setting,
  row: readonly (readonly [number | null, number])[],
): number[] {
  return scoresOfFacts(facts, setting).map(([intercept, ...weights]) => {
    let score = intercept!;
    let slot = 0;
    for (const [i, column] of setting.features.entries()) {
      const [units, place] = row[i]!;
      if (column.type === 'number') score += weights[slot++]! * (units ?? 0);
      else {
        const { dictionary } = column;
        const word = wordOf(dictionary, place);
        const isMissing = word === '' && !dictionary.includes('');
        const at = dictionary.includes(word)
          ? dictionary.indexOf(word)
          : isMissing
            ? -1
            : dictionary.indexOf('other');
        if (at >= 0) score += weights[slot + at]!;
        slot += dictionary.length;
      }
    }
    return score;
  });
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const raised = scores.map(score => Math.exp(score - most));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map(each => each / sum);
}
