import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { batchesOf } from './batches.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}\/[a-z]{1,3}$/), { maxLength: 60 });
const times = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}\/[a-z]{1,3}$/), fc.nat(100_000));

it('every file is in one batch, in the order of names, and there are no more batches than asked for', () => {
  fc.assert(
    fc.property(names, times, fc.integer({ min: 1, max: 12 }), (files, known, count) => {
      const batches = batchesOf(files, known, count);
      assert.deepEqual(batches.flat(), [...files].sort());
      assert.ok(batches.length <= count);
      assert.ok(batches.every(batch => batch.length > 0));
    }),
  );
});

it('files of the same length are spread evenly', () => {
  const files = Array.from({ length: 24 }, (_, i) => `${String(i).padStart(2, '0')}.test.ts`);
  assert.deepEqual(
    batchesOf(files, {}, 4).map(batch => batch.length),
    [6, 6, 6, 6],
  );
});
