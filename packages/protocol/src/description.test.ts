import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../test/support.ts';
import { decodeNode, encodeNode } from './codec.ts';
import { DESCRIPTION_KEY, readDescription, type TableDescription } from './description.ts';

const word = fc.string({ minLength: 1, maxLength: 8 });
const grid = fc
  .tuple(fc.integer({ min: -127, max: 127 }), fc.integer({ min: -32, max: 31 }))
  .map(([units, exponent]) => ({ centre: units * 2 ** exponent, unit: 2 ** exponent }));
const range = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 1_000 }))
  .map(([low, width]): [number, number] => [low, low + width]);
const facts = fc.oneof(
  fc.record({ type: fc.constant('number' as const), grid }),
  fc.record({ type: fc.constant('number' as const), grid, range }),
  fc.record({
    type: fc.constant('category' as const),
    dictionary: fc.uniqueArray(word, { maxLength: 4 }).map(words => words.sort()),
  }),
);
const rows = fc
  .tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 7 }))
  .map(([digits, zeros]) => digits * 10 ** zeros);
const descriptions: fc.Arbitrary<TableDescription> = fc
  .record({
    approximateRows: rows,
    approximateHeldBackRows: rows,
    columns: fc
      .dictionary(word, facts, { minKeys: 1, maxKeys: 5, noNullPrototype: true })
      .filter(columns => Object.keys(columns).length > 0)
      .map(columns => Object.entries(columns).map(([name, column]) => ({ name, ...column }))),
  })
  .map(description => {
    const target = description.columns.find(column => column.type === 'category')?.name;
    return { version: 2, ...description, ...(target === undefined ? {} : { target }) };
  });

test('a description in a record is read back whole, from JSON and from canonical bytes', () => {
  fc.assert(
    fc.property(descriptions, description => {
      const record = { '@type': 'sc:Dataset', [DESCRIPTION_KEY]: description };
      assert.deepEqual(readDescription(JSON.parse(JSON.stringify(record))), description);
      assert.deepEqual(readDescription(decodeNode(encodeNode(record))), description);
    }),
  );
});

const age = { name: 'age', type: 'number', grid: { centre: 56, unit: 8 }, range: [0, 120] };
const sex = { name: 'sex', type: 'category', dictionary: ['f', 'm'] };
const good = {
  version: 2,
  approximateRows: 450,
  approximateHeldBackRows: 110,
  columns: [age, sex],
  target: 'sex',
};
const columns = (...list: object[]) => ({ ...good, columns: [...list, sex] });

test('the record that the refused ones differ from is read', () => {
  assert.deepEqual(readDescription({ [DESCRIPTION_KEY]: good }), good);
});

const refused: Record<string, unknown> = {
  'that is nothing': null,
  'of another version': { ...good, version: 1 },
  'with a field too many': { ...good, rows: 455 },
  'without columns': { ...good, columns: [], target: undefined },
  'with an exact number of rows': { ...good, approximateRows: 455 },
  'with an exact number of rows held back': { ...good, approximateHeldBackRows: 114 },
  'with fewer rows than none': { ...good, approximateRows: -10 },
  'with two columns of one name': columns(age, age),
  'with a column of another type': columns({ name: 'note', type: 'text' }),
  'with a column that has no name': columns({ ...age, name: '' }),
  'with a mean beside the grid': columns({ ...age, mean: 53.2 }),
  'with an exact centre': columns({ ...age, grid: { centre: 53.2, unit: 8 } }),
  'with an exact deviation': columns({ ...age, grid: { centre: 0, unit: 11.3 } }),
  'with a grid of no width': columns({ ...age, grid: { centre: 0, unit: 0 } }),
  'with a grid turned round': columns({ ...age, grid: { centre: 0, unit: -8 } }),
  'with a grid that never ends': columns({ ...age, grid: { centre: 0, unit: Number.POSITIVE_INFINITY } }),
  'with a range turned round': columns({ ...age, range: [120, 0] }),
  'with words in the order of their rows': columns({ ...sex, name: 'ward', dictionary: ['b', 'a'] }),
  'with a word twice': columns({ ...sex, name: 'ward', dictionary: ['a', 'a'] }),
  'with an empty word': columns({ ...sex, name: 'ward', dictionary: [''] }),
  'with a target that is no column': { ...good, target: 'stage' },
  'with a target that is a number': { ...good, target: 'age' },
};

for (const [what, description] of Object.entries(refused)) {
  test(`a description ${what} is refused`, () => {
    assert.throws(() => readDescription({ [DESCRIPTION_KEY]: description }), isCode('K_BAD_DESCRIPTION'));
  });
}

test('a record without a description is refused, whatever it is', () => {
  for (const record of [undefined, null, 7, 'text', [], {}, { 'koinon:columns': [age] }]) {
    assert.throws(() => readDescription(record), isCode('K_BAD_DESCRIPTION'));
  }
});
