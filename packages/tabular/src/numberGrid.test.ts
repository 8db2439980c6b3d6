import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeNode, readDescription, tableDescriptionSchema } from '@koinon/protocol';
import fc from 'fast-check';
import { describeTable, publishedBits } from './describeTable.ts';
import { GRID_BITS, gridOfCells, gridOfRange } from './numberGrid.ts';
import type { Table } from './table.ts';

const UNITS = Array.from({ length: 64 }, (_, i) => 2 ** (i - 32));
const cells = fc.float32Array({ maxLength: 40, noDefaultInfinity: true });
const bell = (mean: number, deviation: number) =>
  Float32Array.from({ length: 200 }, (_, i) => mean + deviation * (i % 2 === 0 ? 1 : -1));

describe('the grid of a number column', () => {
  it('is one of at most 2^14 whatever stands in the cells', () => {
    assert.ok(UNITS.length * 255 <= 2 ** GRID_BITS);
    fc.assert(
      fc.property(cells, fc.integer({ min: 0, max: 20 }), (values, minRows) => {
        const { centre, unit } = gridOfCells(values, minRows);
        assert.ok(UNITS.includes(unit), `${unit}`);
        const units = centre / unit;
        assert.ok(Number.isInteger(units) && Math.abs(units) <= 127 && !Object.is(units, -0), `${units}`);
      }),
    );
  });

  it('stands within half a unit of the mean, its unit within a root of two of the deviation', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.integer({ min: -20, max: 20 }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (deviations, exponent, factor) => {
          const deviation = factor * 2 ** exponent;
          const { centre, unit } = gridOfCells(bell(deviations * deviation, deviation), 10);
          assert.ok(Math.abs(centre - deviations * deviation) <= 0.501 * unit);
          assert.ok(Math.abs(Math.log2(unit / deviation)) <= 0.501);
        },
      ),
    );
  });

  it('widens where the mean lies far from zero, and ends at its last value', () => {
    assert.deepEqual(gridOfCells(bell(2005, 3), 10), { centre: 2000, unit: 16 });
    assert.deepEqual(gridOfCells(bell(3e38, 1e37), 10), { centre: 127 * 2 ** 31, unit: 2 ** 31 });
    assert.deepEqual(gridOfCells(bell(0, 1e-30), 10), { centre: 0, unit: 2 ** -32 });
  });

  it('says nothing where cells are too few, missing or all the same', () => {
    const nothing = { centre: 0, unit: 1 };
    const few = bell(50, 8).map((value, i) => (i < 9 ? value : Number.NaN));
    assert.deepEqual(gridOfCells(few, 10), nothing);
    assert.notDeepEqual(gridOfCells(few, 9), nothing);
    assert.deepEqual(gridOfCells(new Float32Array(50).fill(7), 10), nothing);
    assert.deepEqual(gridOfCells(new Float32Array(50).fill(Number.NaN), 0), nothing);
  });

  it('follows from a stated range alone', () => {
    assert.deepEqual(gridOfRange([0, 120]), { centre: 64, unit: 16 });
    assert.deepEqual(gridOfRange([2000, 2012]), { centre: 2006, unit: 2 });
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.float({ min: 1, max: 1e6, noNaN: true }),
        (low, wide) => {
          const { centre, unit } = gridOfRange([low, low + wide]);
          assert.ok(UNITS.includes(unit));
          assert.equal(Math.fround(centre), centre);
        },
      ),
    );
  });
});

describe('describeTable', () => {
  const tableOf = (values: Float32Array, heldBackRows?: number): Table => ({
    rows: values.length,
    ...(heldBackRows === undefined ? {} : { heldBackRows }),
    columns: [{ name: 'a', type: 'number', values }],
  });

  it('counts 14 bits for each number column whose range nobody stated', () => {
    const table: Table = {
      rows: 4,
      columns: [
        { name: 'a', type: 'number', values: new Float32Array(4) },
        { name: 'b', type: 'number', values: new Float32Array(4) },
        { name: 'c', type: 'category', dictionary: ['x'], codes: new Int32Array(4) },
      ],
    };
    assert.equal(publishedBits(describeTable(table)), 28);
    assert.equal(publishedBits(describeTable(table, { ranges: { b: [0, 1] } })), 14);
    assert.equal(publishedBits(describeTable(table, { ranges: { a: [0, 1], b: [0, 1] } })), 0);
  });

  it('is the same for any cells of a column whose range is stated', () => {
    fc.assert(
      fc.property(cells, cells, (one, other) => {
        const columnOf = (values: Float32Array) =>
          describeTable(tableOf(values), { ranges: { a: [-5, 5] } }).columns;
        assert.deepEqual(columnOf(one), columnOf(other));
      }),
    );
  });

  it('tells nothing of rows held back but about how many', () => {
    const training = bell(50, 8);
    const withTail = (tail: number) => new Float32Array([...training, ...new Float32Array(120).fill(tail)]);
    const description = describeTable(tableOf(withTail(1e9), 120), { minRows: 10 });
    assert.deepEqual(description, describeTable(tableOf(withTail(-3), 120), { minRows: 10 }));
    assert.equal(description.approximateRows, 200);
    assert.equal(description.approximateHeldBackRows, 120);
    assert.deepEqual(description.columns, describeTable(tableOf(training), { minRows: 10 }).columns);
  });

  it('rounds numbers of rows down to two digits', () => {
    const rowsOf = (rows: number) => describeTable({ rows, columns: [] }).approximateRows;
    assert.deepEqual([4567, 4000, 87, 9].map(rowsOf), [4500, 4000, 80, 0]);
  });

  it('refuses ranges of no number column, and ranges that hold no numbers', () => {
    const table = tableOf(new Float32Array(3));
    for (const [ranges, code] of [
      [{ x: [0, 1] }, 'K_TABLE_NO_SUCH_COLUMN'],
      [{ a: [1, 1] }, 'K_TABLE_RANGE'],
      [{ a: [Number.NaN, 1] }, 'K_TABLE_RANGE'],
      [{ a: [0, 1e39] }, 'K_TABLE_RANGE'],
    ] as const)
      assert.throws(() => describeTable(table, { ranges }), { code });
  });

  it('can be written into a record and read back, whatever its numbers', () => {
    fc.assert(
      fc.property(cells, fc.float({ noNaN: true, noDefaultInfinity: true, max: 0 }), (values, low) => {
        for (const ranges of [{}, { a: [low, 1e30] as const }]) {
          const description = describeTable(tableOf(values), { ranges });
          assert.deepEqual(tableDescriptionSchema.parse(description), description);
          assert.deepEqual(
            readDescription({ 'koinon:table': JSON.parse(JSON.stringify(description)) }),
            description,
          );
          encodeNode(description);
        }
      }),
    );
  });
});
