// Own process: the WebAssembly module defines globals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemorySqlite, SqlValue } from '@koinon/store';
import fc from 'fast-check';
import { sqliteKinds } from '../testing/sqliteKinds.ts';

const [[, openNode], [, openWasm]] = (await sqliteKinds()) as [
  [string, () => MemorySqlite],
  [string, () => MemorySqlite],
];

/** What a statement comes to, errors included. */
function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    const { message, errcode, errstr } = error as Error & { errcode?: number; errstr?: string };
    return { message, errcode, errstr };
  }
}

/** Rows without their prototypes, and floats told from integers. */
const plain = (value: unknown): unknown => structuredClone(value);

const schema = `
  CREATE TABLE thing (id INTEGER PRIMARY KEY, value ANY) STRICT;
  CREATE TABLE pair (a TEXT NOT NULL, b INTEGER NOT NULL CHECK (b >= 0), c BLOB, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
  CREATE TABLE child (thing INTEGER NOT NULL REFERENCES thing ON DELETE CASCADE, r REAL) STRICT;
  CREATE TRIGGER thing_fixed BEFORE UPDATE OF id ON thing BEGIN SELECT RAISE(ABORT, 'fixed'); END;
`;

type Step = string | [sql: string, ...parameters: SqlValue[]];
const list: Step[] = [
  'PRAGMA foreign_keys = ON',
  schema,
  ['INSERT INTO thing VALUES (?, ?)', 1n, 2n ** 63n - 1n],
  ['INSERT INTO thing VALUES (?, ?)', -(2n ** 63n), 'ÿ\u0000 🦉'],
  ['INSERT INTO thing VALUES (?, ?)', 1n, null],
  ['INSERT INTO thing VALUES (?, ?)', 'text', null],
  ['INSERT INTO thing VALUES (?, ?)', 2n, 2n ** 63n],
  ['INSERT INTO thing (value) VALUES (?), (?), (?) RETURNING id, value', 1.5, new Uint8Array(3), ''],
  ['INSERT INTO thing VALUES (?)', 1n],
  ['INSERT INTO pair VALUES (?, ?, ?)', 'a', 1n, Buffer.from('bytes')],
  ['INSERT INTO pair VALUES (?, ?, ?)', 'a', -1n, null],
  ['INSERT INTO pair VALUES (?, ?, ?)', null, 1n, null],
  ['INSERT INTO pair VALUES (?, ?, ?)', 'b', 0.5, null],
  ['INSERT INTO pair VALUES (?, ?, ?)', 'b', 2n, 'no bytes'],
  ['INSERT INTO pair VALUES (?, ?, ?)', 'b', 2n, new Uint8Array(0)],
  ['INSERT INTO pair VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET c = excluded.c', 'b', 2n, null],
  ['INSERT INTO child VALUES (?, ?)', 1n, 3n],
  ['INSERT INTO child VALUES (?, ?)', 99n, 3n],
  ['UPDATE thing SET id = 7'],
  ['SELECT id, value, typeof(value) AS kind FROM thing ORDER BY id'],
  ['SELECT * FROM pair'],
  ['SELECT * FROM child'],
  'BEGIN IMMEDIATE',
  'BEGIN IMMEDIATE',
  'SAVEPOINT level_1',
  ['DELETE FROM thing WHERE id = ?', 1n],
  ['SELECT count(*) AS n FROM child'],
  'ROLLBACK TO level_1; RELEASE level_1',
  'ROLLBACK TO level_2',
  ['SELECT count(*) AS n FROM child'],
  'COMMIT',
  'COMMIT',
  ['DELETE FROM thing'],
  ['SELECT count(*) AS n, total(r) AS r, max(r) AS m FROM child'],
  ['SELECT value FROM json_each(?)', '["a", 1, 2.5, null]'],
  ['SELECT ? AS a, ? AS b', 5n, '5'],
  ['SELECT ? = ? AS same', 5n, '5'],
  ['SELECT x FROM nothing'],
  'NONSENSE',
  'ALTER TABLE child ADD COLUMN later TEXT',
  ['SELECT * FROM child'],
  ['INSERT INTO child VALUES (NULL, 1, 2)'],
  ["SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name"],
  ['PRAGMA foreign_keys'],
];

test('both kinds of SQLite say the same to a list of statements', () => {
  const [node, wasm] = [openNode(), openWasm()];
  for (const step of list) {
    const [a, b] = [node, wasm].map(driver => {
      const said = outcome(() => {
        if (typeof step === 'string') return driver.exec(step);
        const [sql, ...parameters] = step;
        const statement = driver.prepare(sql);
        const isRead = /^(SELECT|PRAGMA)|RETURNING/.test(sql);
        return plain(isRead ? statement.all(parameters) : statement.run(parameters));
      });
      return { said, isTransaction: driver.isTransaction };
    });
    assert.deepEqual(b, a, String(step));
  }
  node.close();
  wasm.close();
});

test('any value comes back from both as it went in', () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }).filter(text => text.isWellFormed()),
    fc.uint8Array(),
  );
  const statements = [openNode, openWasm].map(open => open().prepare('SELECT ? AS value'));
  fc.assert(
    fc.property(value, given => {
      for (const statement of statements) assert.deepEqual(statement.get([given])?.['value'], given);
    }),
  );
});

test('a database goes back to an image, of its own kind and of the other', () => {
  const read = (driver: MemorySqlite) => plain(driver.prepare('SELECT * FROM a ORDER BY x').all([]));
  for (const from of [openNode(), openWasm()]) {
    from.exec('CREATE TABLE a (x INTEGER PRIMARY KEY) STRICT; INSERT INTO a VALUES (1), (2)');
    const before = read(from);
    const image = from.image();
    from.exec('DELETE FROM a');
    for (const to of [from, openNode(), openWasm()]) {
      to.restore(image);
      assert.deepEqual(read(to), before);
      to.exec('INSERT INTO a VALUES (3)');
      assert.equal(to.prepare('SELECT count(*) AS n FROM a').get([])?.['n'], 3n);
      to.close();
      to.close();
    }
  }
});
