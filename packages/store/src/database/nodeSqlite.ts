import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { MemorySqlite, SqliteDriver, SqliteStatement, SqlRow, SqlValue } from './sqliteDriver.ts';

/** Milliseconds to wait for another process that reads the file. */
const BUSY_MS = 5_000;

/** SQLite of Node on a file: every commit is on disk before it returns (WAL, synchronous FULL). */
export function sqliteFile(path: string): SqliteDriver {
  const connection = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  } catch (error) {
    connection.close();
    throw error;
  }
  return driverOver(() => connection);
}

/** What Node 24 has and its published types do not. */
interface ImagesOfNode {
  serialize(): Uint8Array;
  deserialize(image: Uint8Array): void;
}

/** SQLite of Node in memory. */
export function sqliteInMemory(): MemorySqlite {
  let connection = opened();
  return {
    ...driverOver(() => connection),
    get isTransaction() {
      return connection.isTransaction;
    },
    image: () => connection.serialize(),
    restore: image => {
      // Into a connection of its own: Node dies where statements of the older content are left in one.
      connection.close();
      connection = opened();
      connection.deserialize(image);
    },
  };
}

function opened(): DatabaseSync & ImagesOfNode {
  return new DatabaseSync(':memory:') as DatabaseSync & ImagesOfNode;
}

function driverOver(connection: () => DatabaseSync): SqliteDriver {
  return {
    exec: sql => connection().exec(sql),
    prepare: sql => prepared(connection(), sql),
    get isTransaction() {
      return connection().isTransaction;
    },
    close: () => {
      if (connection().isOpen) connection().close();
    },
  };
}

function prepared(connection: DatabaseSync, sql: string): SqliteStatement {
  const statement = connection.prepare(sql);
  statement.setReadBigInts(true);
  const given = (parameters: readonly SqlValue[]) => parameters as SQLInputValue[];
  return {
    get: parameters => statement.get(...given(parameters)) as SqlRow | undefined,
    all: parameters => statement.all(...given(parameters)) as SqlRow[],
    run: parameters => {
      const { changes, lastInsertRowid } = statement.run(...given(parameters));
      return { changes: BigInt(changes), lastInsertRowid: BigInt(lastInsertRowid) };
    },
  };
}
