import {
  Crash,
  type FaultPlan,
  type FileSystem,
  type MemorySqlite,
  type SqliteDriver,
  type SqliteStatement,
} from '@koinon/store';
import { noSpace, sqliteFull } from './full.ts';

export interface DiskState {
  isFull: boolean;
}

/** What outlives a life. */
interface Ground {
  driver: MemorySqlite;
  prepare(sql: string): SqliteStatement;
  files: FileSystem;
  state: DiskState;
}

/** One node's access to its disk, from its start to its end. */
export interface Life {
  driver: SqliteDriver;
  files: FileSystem;
  faults: FaultPlan;
  /** From here on everything asked through this life throws; an open transaction is taken back. */
  end(): void;
}

interface Fence {
  isOver(): boolean;
  /** Throws once the life is over. */
  guard(): void;
  end(): void;
}

/** Begins a life. `onEnd` is told once, when it ends. */
export function lifeOn(ground: Ground, plan: FaultPlan, onEnd: () => void): Life {
  let isOver = false;

  function end(): void {
    if (isOver) return;
    isOver = true;
    if (ground.driver.isTransaction) ground.driver.exec('ROLLBACK');
    onEnd();
  }

  function guard(): void {
    if (isOver) throw new Crash('this life has ended');
  }

  function pass(step: () => void): void {
    guard();
    try {
      step();
    } catch (error) {
      // What a fault plan throws is the death of the process.
      end();
      throw error;
    }
  }

  return {
    end,
    faults: {
      beforeWrite: name => pass(() => plan.beforeWrite(name)),
      afterWrite: name => pass(() => plan.afterWrite(name)),
    },
    driver: guardedDriver(ground, { guard, isOver: () => isOver, end }),
    files: guardedFiles(ground, guard),
  };
}

/** Statements that only read, by their first word; `WITH` begins both kinds and counts as one that writes. */
const READING = /^\s*(SELECT|PRAGMA|EXPLAIN)\b/i;

function guardedDriver({ driver, prepare, state }: Ground, { guard, isOver, end }: Fence): SqliteDriver {
  /** Whether the open transaction has something to write. */
  let isDirty = false;

  function commit(): void {
    if (state.isFull && isDirty) {
      driver.exec('ROLLBACK');
      throw sqliteFull();
    }
    driver.exec('COMMIT');
  }

  function exec(sql: string): void {
    guard();
    if (sql === 'COMMIT') {
      commit();
      return;
    }
    if (sql.startsWith('BEGIN')) isDirty = false;
    else isDirty ||= !isBracket(sql);
    driver.exec(sql);
  }

  /** A statement on its own is a transaction of its own. */
  function alone<T>(work: () => T, hasChanged: (result: T) => boolean): T {
    driver.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      isDirty = hasChanged(result);
      commit();
      return result;
    } catch (error) {
      if (driver.isTransaction) driver.exec('ROLLBACK');
      throw error;
    }
  }

  /** What a statement that may write comes to. */
  function written<T>(work: () => T, hasChanged: (result: T) => boolean): T {
    guard();
    if (!driver.isTransaction) return state.isFull ? alone(work, hasChanged) : work();
    const result = work();
    isDirty ||= hasChanged(result);
    return result;
  }

  function guarded(statement: SqliteStatement): SqliteStatement {
    const read = <T>(work: () => T): T => {
      guard();
      return work();
    };
    return {
      get: given => read(() => statement.get(given)),
      all: given => read(() => statement.all(given)),
      run: given => read(() => statement.run(given)),
    };
  }

  function guardedWrite(statement: SqliteStatement): SqliteStatement {
    const hasRows = (found: unknown[]) => found.length > 0;
    return {
      get: given => written(() => statement.all(given), hasRows)[0],
      all: given => written(() => statement.all(given), hasRows),
      run: given =>
        written(
          () => statement.run(given),
          ({ changes }) => changes > 0n,
        ),
    };
  }

  return {
    exec,
    prepare: sql => {
      guard();
      return READING.test(sql) ? guarded(prepare(sql)) : guardedWrite(prepare(sql));
    },
    get isTransaction() {
      return !isOver() && driver.isTransaction;
    },
    close: end,
  };
}

/** Whether it opens or ends a part of a transaction and does nothing else. */
function isBracket(sql: string): boolean {
  return /^(SAVEPOINT|RELEASE|ROLLBACK)\b/.test(sql);
}

function guardedFiles({ files, state }: Ground, guard: () => void): FileSystem {
  /** As `work`, while the life lasts. */
  const fenced =
    <A extends unknown[], T>(work: (...given: A) => T) =>
    (...given: A): T => {
      guard();
      return work(...given);
    };
  const asked =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      guard();
      return work(...given);
    };

  return {
    makeFolder: fenced(files.makeFolder),
    list: fenced(files.list),
    create: asked(async path => {
      const file = await files.create(path);
      return {
        write: asked(async bytes => {
          if (state.isFull) throw noSpace('write');
          await file.write(bytes);
        }),
        sync: asked(file.sync),
        close: file.close,
      };
    }),
    read: asked(files.read),
    readNow: fenced(files.readNow),
    rename: asked(files.rename),
    renameNow: fenced(files.renameNow),
    removeNow: fenced(files.removeNow),
    syncFolder: asked(files.syncFolder),
  };
}
