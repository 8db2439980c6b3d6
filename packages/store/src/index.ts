export { digestOf } from '#platform';
export type { BlobInfo, BlobStore, Visibility } from './blobs/blobStore.ts';
export { PartFiles } from './blobs/partFiles.ts';
export { column } from './database/columns.ts';
export { Database, type Parameter } from './database/database.ts';
export type {
  MemorySqlite,
  SqliteDriver,
  SqliteStatement,
  SqlRow,
  SqlValue,
} from './database/sqliteDriver.ts';
export { SQLITE_FULL, sqliteError } from './database/sqliteError.ts';
export { Crash, type CrashPlan, crashAtPoint, type FaultPlan, noFaults, type WriteName } from './faults.ts';
export type { FileSystem, NewFile } from './files/fileSystem.ts';
export { type FilesCopy, type MemoryFiles, memoryFiles } from './files/memoryFiles.ts';
export type {
  AnyLogEntry,
  AnyReservedEntry,
  AppendRequest,
  LogEntry,
  LogLeaf,
  NodeLog,
  RecoverSign,
  ReservedEntry,
  Seal,
} from './log/nodeLog.ts';
export { type Store, storeOver } from './store.ts';
