import { type Hex, KoinonError } from '@koinon/protocol';
import {
  type FaultPlan,
  type FilesCopy,
  type MemorySqlite,
  memoryFiles,
  noFaults,
  PartFiles,
  type SqliteStatement,
  type Store,
  storeOver,
} from '@koinon/store';
import { digestOf } from './digest.ts';
import { type DiskState, lifeOn } from './life.ts';

/** What a node's disk holds, from life to life. Nothing of it runs off the thread: promises resolve in microtasks. */
export interface WorldDisk {
  /**
   * Opens the store for one life, which ends when it is closed, when its fault plan throws, when the power fails, and when a
   * backup is restored; whatever an ended life still asks of its store throws a `Crash`. `faults` sees each durable write.
   * Throws `K_STORE_LOCKED` while the earlier life goes on.
   */
  open(options?: { faults?: FaultPlan }): Store;
  /** The power fails: everything not synced is gone (blobs whose content or rename was not synced), the rest is whole. */
  fail(): void;
  /** A copy as a backup would have it. Not within a transaction. */
  backup(): DiskBackup;
  /** Goes back to a copy, of this disk or of another with the same kind of driver; ends the life that is. */
  restore(backup: DiskBackup): void;
  /**
   * Makes what needs space fail as a full disk does, until told otherwise: a file's content with `ENOSPC`, a commit with
   * `SQLITE_FULL`, after which nothing of its transaction has happened. Reading, renaming and removing files go on.
   */
  full: boolean;
  /** SHA-256 over everything kept, the same in Node and in a browser: rows of all tables in order of their keys, blobs by name. */
  digest(): Hex;
}

/** Everything a disk holds, for `restore`. */
export interface DiskBackup {
  readonly database: Uint8Array;
  readonly files: FilesCopy;
}

/** An empty disk over a database that nobody else uses. */
export function worldDisk(driver: MemorySqlite): WorldDisk {
  const files = memoryFiles();
  /** Compiled once for all lives. */
  const statements = new Map<string, SqliteStatement>();
  const state: DiskState = { isFull: false };
  let life: { end(): void } | undefined;

  const prepare = (sql: string): SqliteStatement => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = driver.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const end = (): void => life?.end();

  return {
    open: ({ faults = noFaults } = {}) => {
      if (life !== undefined) throw stillOpen();
      const next = lifeOn({ driver, prepare, files, state }, faults, () => {
        life = undefined;
      });
      life = next;
      try {
        const parts = new PartFiles(next.files, next.faults);
        // As a new folder is when its database is made.
        void files.syncFolder('');
        return storeOver(next.driver, parts, next.faults);
      } catch (error) {
        next.end();
        throw error;
      }
    },
    fail: () => {
      end();
      files.fail();
    },
    backup: () => ({ database: driver.image(), files: files.copy() }),
    restore: backup => {
      end();
      statements.clear();
      driver.restore(backup.database);
      files.restore(backup.files);
    },
    get full() {
      return state.isFull;
    },
    set full(isFull) {
      state.isFull = isFull;
    },
    digest: () => digestOf(prepare, files.copy()),
  };
}

function stillOpen(): KoinonError {
  return new KoinonError({
    code: 'K_STORE_LOCKED',
    message: 'The earlier life of this disk goes on.',
    fault: 'bug',
    next: 'Close its store, or let it die, before another opens the disk.',
  });
}
