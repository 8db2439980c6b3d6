import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { KoinonError } from '@koinon/protocol';
import { BlobIndex } from './blobs/blobIndex.ts';
import type { BlobStore } from './blobs/blobStore.ts';
import { DiskBlobs } from './blobs/diskBlobs.ts';
import { PartFiles } from './blobs/partFiles.ts';
import { Database } from './database/database.ts';
import { type FaultPlan, noFaults } from './faults.ts';
import { lockFolder } from './lock.ts';
import type { NodeLog } from './log/nodeLog.ts';
import { SqliteLog } from './log/sqliteLog.ts';

/** Everything a node keeps, in one folder that one process at a time may use and that is backed up as one. */
export interface Store {
  blobs: BlobStore;
  /** Tables of the other components; each brings its own with `database.migrate`. */
  database: Database;
  log: NodeLog;
  /** Lets go of the folder. Wait for what is under way first. */
  close(): void;
}

/**
 * Opens the folder, made if absent (0700, files 0600), and clears what a killed process left half done. Throws
 * `K_STORE_LOCKED` when another process has it, `K_STORE_INCOMPLETE` when blobs are there and the database is not.
 */
export function openStore(folder: string, options: { faults?: FaultPlan } = {}): Store {
  const faults = options.faults ?? noFaults;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const lock = lockFolder(folder);
  let database: Database | undefined;
  try {
    const files = new PartFiles(join(folder, 'blobs'), join(folder, 'damaged'), faults);
    database = openDatabase(folder, files, faults);
    const blobs = new DiskBlobs(files, new BlobIndex(database));
    const log = new SqliteLog(database);
    const opened = database;
    const close = (): void => {
      opened.close();
      lock.release();
    };
    return { blobs, database, log, close };
  } catch (error) {
    database?.close();
    lock.release();
    throw error;
  }
}

function openDatabase(folder: string, files: PartFiles, faults: FaultPlan): Database {
  const path = join(folder, 'koinon.sqlite');
  if (!existsSync(path)) {
    if (!files.isEmpty) {
      throw new KoinonError({
        code: 'K_STORE_INCOMPLETE',
        message: `The folder ${folder} has blobs but no database (koinon.sqlite).`,
        fault: 'user',
        next: 'Restore the whole folder from one backup, or move it away to start afresh.',
      });
    }
    // SQLite would make it readable to others; its companions copy the mode of this file.
    closeSync(openSync(path, 'a', 0o600));
    syncFolder(folder);
  }
  return new Database(path, { faults });
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
