import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { KoinonError } from '@koinon/protocol';
import { PartFiles } from './blobs/partFiles.ts';
import { sqliteFile } from './database/nodeSqlite.ts';
import { type FaultPlan, noFaults } from './faults.ts';
import { diskFiles } from './files/diskFiles.ts';
import { lockFolder } from './lock.ts';
import { type Store, storeOver } from './store.ts';

/**
 * Opens the folder, made if absent (0700, files 0600), and clears what a killed process left half done. Throws
 * `K_STORE_LOCKED` when another process has it, `K_STORE_INCOMPLETE` when blobs are there and the database is not.
 */
export function openStore(folder: string, options: { faults?: FaultPlan } = {}): Store {
  const faults = options.faults ?? noFaults;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const lock = lockFolder(folder);
  try {
    const files = new PartFiles(diskFiles(folder), faults);
    const store = storeOver(sqliteFile(databaseFile(folder, files)), files, faults);
    const close = (): void => {
      store.close();
      lock.release();
    };
    return { ...store, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Path of the folder's database, made if the folder is new. */
function databaseFile(folder: string, files: PartFiles): string {
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
  return path;
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
