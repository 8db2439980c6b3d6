import type { PublicColumn, TableDescription } from '@koinon/protocol';
import fc from 'fast-check';
import type { Setting } from '../src/gate/setting.ts';
import { type LinearFacts, slotsOf, stepsOf } from '../src/linear/linearFacts.ts';
import { manifest, policy, settingFor } from './samples.ts';
import type { Spelling } from './wire.ts';

/** Choices that follow from a seed (mulberry32). */
export function spellingOf(seed: number): Spelling {
  let state = seed >>> 0;
  return {
    pick: count => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
    },
  };
}
export const spellings = fc.integer().map(spellingOf);

const words = (minLength: number) =>
  fc
    .uniqueArray(
      fc.oneof(fc.constantFrom('other', 'NA', '?', 'a', 'b'), fc.string({ minLength: 1, maxLength: 4 })),
      {
        minLength,
        maxLength: 4,
      },
    )
    .map(list => list.sort());
const grids = fc
  .tuple(fc.integer({ min: -127, max: 127 }), fc.integer({ min: -32, max: 31 }))
  .map(([units, exponent]) => ({ centre: units * 2 ** exponent, unit: 2 ** exponent }));
const features: fc.Arbitrary<PublicColumn[]> = fc
  .array(
    fc.oneof(
      grids.map(grid => ({ type: 'number' as const, grid })),
      words(0).map(dictionary => ({ type: 'category' as const, dictionary })),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map(list =>
    list.map((column, i) => ({ name: ['age', 'koinon/0', '☃', 'x y', 'koinon//'][i]!, ...column })),
  );

/** Jobs over any table. */
export const settings = (weightBits: { min: number; max: number }): fc.Arbitrary<Setting> =>
  fc
    .record({ columns: features, classes: words(2), bits: fc.integer(weightBits) })
    .map(({ columns, classes, bits }) => {
      const description: TableDescription = {
        version: 2,
        approximateRows: 40,
        approximateHeldBackRows: 0,
        columns: [...columns, { name: 'ill', type: 'category', dictionary: classes }],
      };
      return settingFor({ policy: { ...policy, weightBits: bits }, manifest, description });
    });

/** Facts of the one spelling each model has: the exponent is the least that its levels need. */
export function linearFacts(setting: Setting): fc.Arbitrary<LinearFacts> {
  const steps = stepsOf(setting.policy.weightBits);
  const level = fc.oneof(
    fc.integer({ min: -steps, max: steps }),
    fc.constantFrom(0, steps, -steps, (steps + 1) / 2),
  );
  const classes = setting.target.dictionary.length - 1;
  const slots = slotsOf(setting.features);
  return fc
    .record(
      {
        exponent: fc.integer({ min: 0, max: 3 }),
        intercepts: fc.array(level, { minLength: classes, maxLength: classes }),
        weights: fc.array(fc.array(level, { minLength: slots, maxLength: slots }), {
          minLength: classes,
          maxLength: classes,
        }),
      },
      { noNullPrototype: true },
    )
    .map(facts => (isCanonical(facts, steps) ? facts : { ...facts, exponent: 0 }));
}

function isCanonical({ exponent, intercepts, weights }: LinearFacts, steps: number): boolean {
  return exponent === 0 || [intercepts, ...weights].flat().some(level => 2 * Math.abs(level) > steps);
}
