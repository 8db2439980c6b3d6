import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { sqliteSnapshot } from './snapshot.ts';

it('keeps the last snapshot in the database', () => {
  const database = new DatabaseSync(':memory:');
  assert.equal(sqliteSnapshot(database).load(), undefined);
  sqliteSnapshot(database).save('one');
  sqliteSnapshot(database).save('two');
  assert.equal(sqliteSnapshot(database).load(), 'two');
});
