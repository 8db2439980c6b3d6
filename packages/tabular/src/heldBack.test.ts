import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { holdBack, partOf } from './heldBack.ts';
import { decodeSafetensors } from './safetensors.ts';
import { decodeTable, type Table, tableBytes } from './table.ts';

const tableOf = (codes: readonly number[]): Table => ({
  rows: codes.length,
  columns: [
    { name: 'row', type: 'number', values: Float32Array.from(codes, (_, i) => i) },
    { name: 'y', type: 'category', dictionary: ['a', 'b', 'c'], codes: Int32Array.from(codes) },
  ],
});
const column = (table: Table, name: string): number[] => {
  const found = table.columns.find(column => column.name === name)!;
  return [...(found.type === 'number' ? found.values : found.codes)];
};
const someTable = fc
  .array(fc.integer({ min: -1, max: 2 }), { minLength: 1, maxLength: 60 })
  .map(codes => tableOf(codes));
const share = fc.double({ min: 0, max: 0.9, noNaN: true });
const options = { seed: 7, target: 'y' };

describe('holdBack', () => {
  it('puts every row into one part, whole, and keeps the order of both', () => {
    fc.assert(
      fc.property(someTable, share, (table, part) => {
        const { heldBackRows = 0, ...held } = holdBack(table, { ...options, share: part });
        const rows = column(held, 'row');
        assert.deepEqual(
          [...rows].sort((a, b) => a - b),
          column(table, 'row'),
        );
        assert.deepEqual(
          column(held, 'y'),
          rows.map(row => column(table, 'y')[row]),
        );
        const training = rows.slice(0, rows.length - heldBackRows);
        const rest = rows.slice(rows.length - heldBackRows);
        for (const side of [training, rest])
          assert.deepEqual(
            side,
            [...side].sort((a, b) => a - b),
          );
      }),
    );
  });

  it('leaves every word of the target that stands in two rows in both parts', () => {
    fc.assert(
      fc.property(someTable, fc.double({ min: 0.01, max: 0.9, noNaN: true }), (table, part) => {
        const { heldBackRows = 0, ...held } = holdBack(table, { ...options, share: part });
        const words = column(held, 'y');
        const training = words.slice(0, words.length - heldBackRows);
        const rest = words.slice(words.length - heldBackRows);
        for (const word of new Set(words)) {
          assert.ok(training.includes(word));
          if (words.filter(other => other === word).length > 1) assert.ok(rest.includes(word));
        }
      }),
    );
  });

  it('follows from the seed, and holds nothing back for a share of 0', () => {
    const table = tableOf(Array.from({ length: 200 }, (_, i) => i % 3));
    const held = holdBack(table, { ...options, share: 0.2 });
    assert.ok(Math.abs(held.heldBackRows! - 40) <= 1);
    assert.deepEqual(held, holdBack(table, { ...options, share: 0.2 }));
    assert.notDeepEqual(held, holdBack(table, { ...options, share: 0.2, seed: 8 }));
    assert.equal(holdBack(table, { ...options, share: 0 }), table);
  });
});

describe('partOf', () => {
  it('gives both parts back exactly, with one dictionary and no word of the other', () => {
    fc.assert(
      fc.property(someTable, share, (table, part) => {
        const { heldBackRows = 0, ...held } = holdBack(table, { ...options, share: part });
        const content = tableBytes({ ...held, heldBackRows });
        const cut = (from: number, to: number): Table => ({
          rows: to - from,
          columns: held.columns.map(column =>
            column.type === 'number'
              ? { ...column, values: column.values.slice(from, to) }
              : { ...column, codes: column.codes.slice(from, to) },
          ),
        });
        const training = held.rows - heldBackRows;
        assert.deepEqual(partOf(content, 'training'), tableBytes(cut(0, training)));
        if (heldBackRows > 0)
          assert.deepEqual(partOf(content, 'held-back'), tableBytes(cut(training, held.rows)));
      }),
    );
  });

  it('writes a file that does not even say that rows are held back', () => {
    const content = tableBytes({ ...tableOf([0, 1, 2, 0]), heldBackRows: 1 });
    assert.match(decodeSafetensors(content).metadata.get('koinon.table')!, /"heldBack":1/);
    for (const rows of ['training', 'held-back'] as const)
      assert.doesNotMatch(decodeSafetensors(partOf(content, rows)).metadata.get('koinon.table')!, /heldBack/);
    assert.equal(decodeTable(partOf(content, 'training')).rows, 3);
  });

  it('is the file itself where nothing is held back, and has no other part', () => {
    const content = tableBytes(tableOf([0, 1, 2]));
    assert.deepEqual(partOf(content, 'training'), content);
    assert.throws(() => partOf(content, 'held-back'), { code: 'K_TABLE_NO_HELD_BACK' });
  });
});
