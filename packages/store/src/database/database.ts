import { KoinonError, sha256, toHex, utf8 } from '@koinon/protocol';
import { z } from 'zod';
import { type FaultPlan, noFaults, type WriteName } from '../faults.ts';
import { column } from './columns.ts';
import type { SqliteDriver, SqliteStatement, SqlValue } from './sqliteDriver.ts';

/** What may stand for a `?`. Integers beyond 64 bits go in as text. */
export type Parameter = null | boolean | number | bigint | string | Uint8Array;

/**
 * SQLite with foreign keys on, rows parsed by a schema and integers as `bigint`; a commit is as durable as the driver makes it
 * before it returns. Synchronous throughout, so a transaction can not be torn by an `await`.
 */
export class Database {
  readonly #driver: SqliteDriver;
  readonly #faults: FaultPlan;
  readonly #statements = new Map<string, SqliteStatement>();
  #depth = 0;

  constructor(driver: SqliteDriver, options: { faults?: FaultPlan } = {}) {
    this.#faults = options.faults ?? noFaults;
    this.#driver = driver;
    driver.exec('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;');
    driver.exec(
      'CREATE TABLE IF NOT EXISTS migration (component TEXT NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (component, number)) STRICT, WITHOUT ROWID',
    );
  }

  /**
   * Brings a component's tables to the last of its steps. A step, once released, never changes; a new one is added
   * at the end. Throws `K_DATABASE_NEWER` when a later version wrote here, `K_DATABASE_STEP_CHANGED` when an applied
   * step reads differently now.
   */
  migrate(component: string, steps: readonly string[]): void {
    const applied = this.all(
      'SELECT digest FROM migration WHERE component = ? ORDER BY number',
      z.object({ digest: column.hex }),
      component,
    );
    if (applied.length > steps.length) {
      throw new KoinonError({
        code: 'K_DATABASE_NEWER',
        message: `The tables of "${component}" were written by a newer version (step ${applied.length}, this one knows ${steps.length}).`,
        fault: 'user',
        next: 'Run the newer version of Koinon on this folder.',
      });
    }
    steps.forEach((step, number) => {
      const digest = sha256(utf8.encode(step));
      const before = applied[number];
      if (before === undefined) {
        this.transaction(() => {
          this.#driver.exec(step);
          this.run('INSERT INTO migration VALUES (?, ?, ?)', component, number, digest);
        }, 'database.migrate');
      } else if (before.digest !== toHex(digest)) {
        throw new KoinonError({
          code: 'K_DATABASE_STEP_CHANGED',
          message: `Step ${number} of "${component}" is not the one that was applied to this database.`,
          fault: 'bug',
        });
      }
    });
  }

  /**
   * Runs `work` in one transaction: all of it is on disk when this returns, or none of it happened. Nested calls are
   * savepoints of the outer one. `name` is what a fault plan sees. `work` must be synchronous.
   */
  transaction<T>(work: () => T, name: WriteName = 'database.commit'): T {
    if (this.#depth > 0) return this.#nested(work);
    this.#driver.exec('BEGIN IMMEDIATE');
    this.#depth = 1;
    let result: T;
    try {
      result = work();
      refusePromise(result);
      this.#requireTransaction();
      this.#faults.beforeWrite(name);
      this.#driver.exec('COMMIT');
    } catch (error) {
      if (this.#driver.isTransaction) this.#driver.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth = 0;
    }
    this.#faults.afterWrite(name);
    return result;
  }

  #nested<T>(work: () => T): T {
    this.#requireTransaction();
    const savepoint = `level_${this.#depth++}`;
    this.#driver.exec(`SAVEPOINT ${savepoint}`);
    try {
      const result = work();
      refusePromise(result);
      this.#requireTransaction();
      this.#driver.exec(`RELEASE ${savepoint}`);
      return result;
    } catch (error) {
      if (this.#driver.isTransaction) this.#driver.exec(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** The first row, parsed, or undefined. */
  get<S extends z.ZodType>(sql: string, schema: S, ...parameters: Parameter[]): z.output<S> | undefined {
    const row = this.#prepare(sql).get(bindable(parameters));
    return row === undefined ? undefined : parseRow(sql, schema, row);
  }

  /** How many rows a table has of each value of a column of text. Both are names in the code, never data. */
  countBy(table: string, name: string): ReadonlyMap<string, number> {
    const row = z.object({ name: column.text, rows: column.integer });
    const counted = this.all(`SELECT ${name} AS name, count(*) AS rows FROM ${table} GROUP BY ${name}`, row);
    return new Map(counted.map(({ name: value, rows }) => [value, rows]));
  }

  /** All rows, parsed. */
  all<S extends z.ZodType>(sql: string, schema: S, ...parameters: Parameter[]): Array<z.output<S>> {
    return this.#prepare(sql)
      .all(bindable(parameters))
      .map(row => parseRow(sql, schema, row));
  }

  /** Runs a statement; outside a transaction it is one of its own. Returns how many rows it changed. */
  run(sql: string, ...parameters: Parameter[]): { changes: number; lastInsertRowid: bigint } {
    if (this.#depth === 0) this.#faults.beforeWrite('database.run');
    const result = this.#prepare(sql).run(bindable(parameters));
    if (this.#depth === 0) this.#faults.afterWrite('database.run');
    return { changes: Number(result.changes), lastInsertRowid: result.lastInsertRowid };
  }

  close(): void {
    this.#statements.clear();
    this.#driver.close();
  }

  /**
   * At some failures, a full disk among them, SQLite takes back the whole transaction. Work that went on regardless would be
   * kept statement by statement.
   */
  #requireTransaction(): void {
    if (this.#depth === 0 || this.#driver.isTransaction) return;
    throw new KoinonError({
      code: 'K_DATABASE_ENDED',
      message: 'The database took a transaction back at an earlier failure; nothing of it was kept.',
      fault: 'platform',
      next: 'See whether the disk is full.',
    });
  }

  #prepare(sql: string): SqliteStatement {
    this.#requireTransaction();
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#driver.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The parameters as SQLite takes them; changes the list it is given, which is the caller's own. */
function bindable(parameters: Parameter[]): SqlValue[] {
  for (let i = 0; i < parameters.length; i++) {
    const value = parameters[i]!;
    if (typeof value === 'boolean') parameters[i] = value ? 1n : 0n;
    // A number would be bound as a float; an integer stays one in every column and comparison.
    else if (typeof value === 'number' && Number.isSafeInteger(value)) parameters[i] = BigInt(value);
  }
  return parameters as SqlValue[];
}

function parseRow<S extends z.ZodType>(sql: string, schema: S, row: unknown): z.output<S> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new KoinonError({
    code: 'K_DATABASE_ROW',
    message: `A row of the database is not what it should be: ${z.prettifyError(parsed.error)}`,
    fault: 'platform',
    data: { sql },
  });
}

function refusePromise(result: unknown): void {
  if (result instanceof Promise) {
    throw new KoinonError({
      code: 'K_DATABASE_ASYNC',
      message: 'A transaction was given asynchronous work, which could not be kept in one piece.',
      fault: 'bug',
    });
  }
}
