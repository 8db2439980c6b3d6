import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorMetadata } from '@koinon/executors';
import { KoinonError } from '@koinon/protocol';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { columnsOf } from './columnsOf.ts';

const wanted: TensorMetadata[] = [
  { name: 'age', datatype: 'FP32', shape: [-1, 1] },
  { name: 'sex', datatype: 'BYTES', shape: [-1, 1] },
];

test('numbers and words come out as they went in, with NaN and the empty word where one is missing', () => {
  const number = fc.option(fc.float({ noNaN: true, noDefaultInfinity: true }));
  const word = fc.option(fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(number, word), { minLength: 1, maxLength: 20 }), cells => {
      const shape = [cells.length, 1];
      const { columns, rows } = columnsOf(
        [
          { name: 'sex', datatype: 'BYTES', shape, data: cells.map(([, text]) => text) },
          { name: 'age', datatype: 'FP64', shape, data: cells.map(([value]) => [value]) },
        ],
        wanted,
      );
      assert.equal(rows, cells.length);
      assert.deepEqual(
        columns.get('age'),
        Float32Array.from(cells, ([value]) => value ?? Number.NaN),
      );
      assert.deepEqual(
        columns.get('sex'),
        cells.map(([, text]) => text ?? ''),
      );
    }),
  );
});

test('whatever a client sends is columns of as many rows, or a refusal that is the client’s fault', () => {
  const tensor = fc.record({
    name: fc.constantFrom('age', 'sex', 'toString', ''),
    datatype: fc.constantFrom('FP32', 'BYTES', 'INT8', 'BOOL', 'constructor', ''),
    shape: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
    data: fc.array(fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(tensor, { minLength: 1, maxLength: 3 }), tensors => {
      try {
        const { columns, rows } = columnsOf(tensors, wanted);
        for (const column of columns.values()) assert.equal(column.length, rows);
        assert.deepEqual([...columns.keys()].sort(), ['age', 'sex']);
      } catch (error) {
        assert.ok(error instanceof KoinonError && error.fault === 'user', String(error));
      }
    }),
    { numRuns: cases(500, 5_000) },
  );
});
