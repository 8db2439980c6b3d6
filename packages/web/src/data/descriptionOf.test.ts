import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptionOf, publicRowsOf } from './descriptionOf.ts';

const table = {
  version: 2,
  approximateRows: 320,
  approximateHeldBackRows: 80,
  columns: [
    { name: 'age', type: 'number', grid: { centre: 56, unit: 8 } },
    { name: 'bmi', type: 'number', grid: { centre: 28, unit: 8 }, range: [10, 60] },
    { name: 'sex', type: 'category', dictionary: ['female', 'male'] },
  ],
};

test('a record of this version is read as it stands', () => {
  assert.equal(descriptionOf({ 'koinon:table': table }), table);
  assert.equal(publicRowsOf({ 'koinon:publicRows': 0 }), 0);
});

test('a record in any other form is none, and breaks no page', () => {
  const [age, , sex] = table.columns;
  for (const other of [
    undefined,
    null,
    'text',
    [],
    { ...table, version: 1 },
    { ...table, approximateRows: '320' },
    { ...table, columns: {} },
    { ...table, columns: [null] },
    { ...table, columns: [{ ...age, grid: null }] },
    { ...table, columns: [{ ...age, range: [{}, 1] }] },
    { ...table, columns: [{ ...sex, dictionary: 'female' }] },
    { ...table, columns: [{ ...sex, dictionary: [{}] }] },
    { ...table, columns: [{ ...sex, name: {} }] },
  ])
    assert.equal(descriptionOf({ 'koinon:table': other }), undefined, JSON.stringify(other));
  assert.equal(publicRowsOf(undefined), undefined);
  assert.equal(publicRowsOf({ 'koinon:publicRows': {} as unknown as number }), undefined);
});
