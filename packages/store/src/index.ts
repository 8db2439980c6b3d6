export type { BlobInfo, BlobStore, Visibility } from './blobs/blobStore.ts';
export { column } from './database/columns.ts';
export { Database, type Parameter } from './database/database.ts';
export { type CrashPlan, crashAtPoint, type FaultPlan, noFaults, type WriteName } from './faults.ts';
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
export { openStore, type Store } from './openStore.ts';
