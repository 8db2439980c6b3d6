import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESCRIPTION_KEY } from '@koinon/protocol';
import { readRecord } from './readRecord.ts';

const table = {
  version: 2,
  approximateRows: 320,
  approximateHeldBackRows: 80,
  columns: [
    { name: 'age', type: 'number', grid: { centre: 56, unit: 8 } },
    { name: 'outcome', type: 'category', dictionary: ['no', 'yes'] },
  ],
  target: 'outcome',
};

test('a record is read whole where it is whole', () => {
  const metadata = {
    description: 'Rows.',
    license: 'none',
    'koinon:publicRows': 3,
    [DESCRIPTION_KEY]: table,
  };
  assert.deepEqual(readRecord(metadata), { description: 'Rows.', license: 'none', publicRows: 3, table });
});

test('what a stranger wrote that cannot be read is not there, and the rest is', () => {
  const metadata = {
    description: 7,
    license: 'none',
    'koinon:publicRows': -1,
    [DESCRIPTION_KEY]: { version: 9 },
  };
  const read = readRecord(metadata);
  assert.equal(read.license, 'none');
  assert.equal(read.description ?? read.publicRows ?? read.table, undefined);
  assert.deepEqual(Object.values(readRecord(undefined)).filter(Boolean), []);
});
