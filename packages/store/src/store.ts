import { BlobIndex } from './blobs/blobIndex.ts';
import type { BlobStore } from './blobs/blobStore.ts';
import { FileBlobs } from './blobs/fileBlobs.ts';
import type { PartFiles } from './blobs/partFiles.ts';
import { Database } from './database/database.ts';
import type { SqliteDriver } from './database/sqliteDriver.ts';
import type { FaultPlan } from './faults.ts';
import type { NodeLog } from './log/nodeLog.ts';
import { SqliteLog } from './log/sqliteLog.ts';

/** Everything a node keeps, in one place that one process at a time may use and that is backed up as one. */
export interface Store {
  blobs: BlobStore;
  /** Tables of the other components; each brings its own with `database.migrate`. */
  database: Database;
  log: NodeLog;
  /** Lets go of the place. Wait for what is under way first. */
  close(): void;
}

/** The store over a database and files that nobody else uses; clears what a killed process left half done. */
export function storeOver(driver: SqliteDriver, files: PartFiles, faults: FaultPlan): Store {
  try {
    const database = new Database(driver, { faults });
    const blobs = new FileBlobs(files, new BlobIndex(database));
    return { blobs, database, log: new SqliteLog(database), close: () => database.close() };
  } catch (error) {
    driver.close();
    throw error;
  }
}
