import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { testFolder } from '../../test/fixtures.ts';
import { everyDatabase } from '../../test/places.ts';
import { crashAtPoint } from '../faults.ts';
import { column } from './columns.ts';
import { Database, type Parameter } from './database.ts';
import { sqliteFile } from './nodeSqlite.ts';
import type { SqliteDriver } from './sqliteDriver.ts';

const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;
const count = z.object({ count: column.integer });
const rows = (database: Database): number =>
  database.get('SELECT count(*) AS count FROM thing', count)?.count ?? -1;

function openThings(driver: SqliteDriver, faults?: Parameters<typeof crashAtPoint>[0]): Database {
  const database = new Database(driver, faults === undefined ? {} : { faults: crashAtPoint(faults) });
  database.migrate('things', ['CREATE TABLE thing (id INTEGER PRIMARY KEY, value ANY) STRICT']);
  return database;
}

test('commits reach the disk before they return', t => {
  const database = new Database(sqliteFile(join(testFolder(t), 'a.sqlite')));
  assert.deepEqual(database.get('PRAGMA synchronous', z.object({ synchronous: column.integer })), {
    synchronous: 2,
  });
  assert.deepEqual(database.get('PRAGMA journal_mode', z.object({ journal_mode: column.text })), {
    journal_mode: 'wal',
  });
  assert.deepEqual(database.get('PRAGMA foreign_keys', z.object({ foreign_keys: column.boolean })), {
    foreign_keys: true,
  });
  database.close();
});

everyDatabase('a value comes back as it went in, integers to the last of 64 bits', connect => {
  const database = openThings(connect());
  const value = z.object({ value: z.unknown() });
  const same = (given: Parameter, expected: unknown): void => {
    database.run('INSERT OR REPLACE INTO thing VALUES (1, ?)', given);
    assert.deepEqual(database.get('SELECT value FROM thing', value)?.value, expected);
  };
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), number => same(number, number)),
  );
  fc.assert(fc.property(fc.maxSafeInteger(), number => same(number, BigInt(number))));
  fc.assert(fc.property(fc.uint8Array(), bytes => same(bytes, bytes)));
  same('text', 'text');
  same(0.5, 0.5);
  same(true, 1n);
  same(null, null);
  assert.throws(() => database.run('INSERT INTO thing VALUES (2, ?)', 2n ** 63n));
  database.close();
});

everyDatabase(
  'a row that does not fit its schema is refused, and so is an integer no number can hold',
  connect => {
    const database = openThings(connect());
    database.run('INSERT INTO thing VALUES (1, ?)', 2n ** 53n);
    const read = (schema: z.ZodType) => () =>
      database.get('SELECT value FROM thing', z.object({ value: schema }));
    assert.throws(read(column.integer), isCode('K_DATABASE_ROW'));
    assert.throws(read(column.text), isCode('K_DATABASE_ROW'));
    assert.deepEqual(read(column.bigint)(), { value: 2n ** 53n });
    database.run('UPDATE thing SET value = ?', '{"a":');
    assert.throws(read(column.json(z.unknown())), isCode('K_DATABASE_ROW'));
    database.run('UPDATE thing SET value = ?', '{"a":1}');
    assert.deepEqual(read(column.json(z.object({ a: z.number() })))(), { value: { a: 1 } });
    database.run('UPDATE thing SET value = ?', (2n ** 200n).toString());
    assert.deepEqual(read(column.amount)(), { value: 2n ** 200n });
    database.close();
  },
);

everyDatabase('a transaction that throws leaves nothing, an inner one only takes itself back', connect => {
  const database = openThings(connect());
  const insert = (id: number): void => {
    database.run('INSERT INTO thing VALUES (?, 1)', id);
  };
  const fail = (): never => {
    throw new Error('no');
  };
  assert.throws(() =>
    database.transaction(() => {
      insert(1);
      fail();
    }),
  );
  assert.equal(rows(database), 0);
  database.transaction(() => {
    insert(1);
    assert.throws(() =>
      database.transaction(() => {
        insert(2);
        fail();
      }),
    );
    database.transaction(() => insert(3));
  });
  assert.equal(rows(database), 2);
  database.close();
});

everyDatabase('asynchronous work in a transaction is refused and taken back', connect => {
  const database = openThings(connect());
  assert.throws(
    () =>
      database.transaction(async () => {
        database.run('INSERT INTO thing VALUES (1, 1)');
      }),
    isCode('K_DATABASE_ASYNC'),
  );
  assert.equal(rows(database), 0);
  database.close();
});

everyDatabase(
  'a process that dies before the commit wrote nothing, one that dies after it everything',
  connect => {
    openThings(connect()).close();
    for (const [point, expected] of [
      [0, 0],
      [1, 2],
    ] as const) {
      const database = openThings(connect(), point);
      assert.throws(() =>
        database.transaction(() => {
          database.run('INSERT INTO thing VALUES (1, 1)');
          database.run('INSERT INTO thing VALUES (2, 2)');
        }),
      );
      database.close();
      const reopened = openThings(connect());
      assert.equal(rows(reopened), expected);
      reopened.close();
    }
  },
);

everyDatabase('migrations run once each, in order, per component', connect => {
  const first = 'CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);';
  const second = 'UPDATE a SET x = x * 10';
  let database = new Database(connect());
  database.migrate('a', [first]);
  database.close();
  database = new Database(connect());
  database.migrate('a', [first, second]);
  database.migrate('a', [first, second]);
  database.migrate('b', ['CREATE TABLE b (x INTEGER) STRICT']);
  assert.deepEqual(database.get('SELECT x FROM a', z.object({ x: column.integer })), { x: 10 });
  assert.throws(() => database.migrate('a', [first]), isCode('K_DATABASE_NEWER'));
  assert.throws(() => database.migrate('a', [`${first} `, second]), isCode('K_DATABASE_STEP_CHANGED'));
  database.close();
});

everyDatabase('a step that fails half way leaves nothing of itself', connect => {
  const database = new Database(connect());
  assert.throws(() => database.migrate('a', ['CREATE TABLE a (x INTEGER) STRICT; NONSENSE']));
  database.migrate('a', ['CREATE TABLE a (x INTEGER) STRICT']);
  database.close();
});

everyDatabase('a transaction that a full disk ended is not gone on with', connect => {
  const database = openThings(connect());
  const pages = database.get('PRAGMA page_count', z.object({ page_count: column.integer }))!.page_count;
  database.run(`PRAGMA max_page_count = ${pages + 1}`);
  const full = { errcode: 13 };
  const tooMuch = () => database.run('INSERT INTO thing VALUES (2, ?)', new Uint8Array(100_000));
  const goOn = () => database.run('INSERT INTO thing VALUES (3, 3)');
  for (const careless of [
    () => assert.throws(tooMuch, full),
    () => assert.throws(() => database.transaction(tooMuch), full),
  ]) {
    const ended = () =>
      database.transaction(() => {
        database.run('INSERT INTO thing VALUES (1, 1)');
        careless();
        assert.throws(goOn, isCode('K_DATABASE_ENDED'));
        assert.throws(() => database.transaction(goOn), isCode('K_DATABASE_ENDED'));
      });
    assert.throws(ended, isCode('K_DATABASE_ENDED'));
    assert.equal(rows(database), 0);
  }
  goOn();
  assert.equal(rows(database), 1);
  database.close();
});
