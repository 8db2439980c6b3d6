/** What SQLite takes and gives. Integers are always `bigint`; a `number` is a float. */
export type SqlValue = null | bigint | number | string | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

/** A compiled statement. Each call runs it from its beginning and lets go of it, so it may be shared. */
export interface SqliteStatement {
  get(parameters: readonly SqlValue[]): SqlRow | undefined;
  all(parameters: readonly SqlValue[]): SqlRow[];
  run(parameters: readonly SqlValue[]): { changes: bigint; lastInsertRowid: bigint };
}

/**
 * One connection to SQLite, as much of it as a store needs; synchronous throughout. What SQLite refuses is thrown with its
 * message, and with its extended result code as `errcode`.
 */
export interface SqliteDriver {
  /** Runs statements that have no parameters and whose rows nobody wants. */
  exec(sql: string): void;
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement;
  /** Whether a transaction is open. SQLite ends one by itself at some errors, a full disk among them. */
  readonly isTransaction: boolean;
  /** Lets go of the database; a second time does nothing. */
  close(): void;
}

/** A database in memory, which can be copied and put back as a whole. */
export interface MemorySqlite extends SqliteDriver {
  /** The whole database as the bytes of a file. Not within a transaction. */
  image(): Uint8Array;
  /** Goes back to such a copy. Statements prepared before can not be used any more. */
  restore(image: Uint8Array): void;
}
