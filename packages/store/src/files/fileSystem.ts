/**
 * As much of a file system as a store needs, below one folder. Paths are relative to it, with `/` between names. After a power
 * failure a file has the bytes it had when it was last synced, and a folder the names it had when it was.
 */
export interface FileSystem {
  /** Makes a folder and those above it, if absent. */
  makeFolder(path: string): void;
  /** Names in a folder, in any order; none when it is absent. */
  list(folder: string): string[];
  /** Makes a file, or empties the one that is there. Throws an `ENOSPC` error on a full disk, as each write does. */
  create(path: string): Promise<NewFile>;
  /** The bytes, or undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** As `read`, before anything else of this process runs. */
  readNow(path: string): Uint8Array | undefined;
  /** Puts a file in the place of another. */
  rename(from: string, to: string): Promise<void>;
  renameNow(from: string, to: string): void;
  /** Removes a file, if it is there, before anything else of this process runs. */
  removeNow(path: string): void;
  syncFolder(path: string): Promise<void>;
}

/** A file being written. */
export interface NewFile {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
