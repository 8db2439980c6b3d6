import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSystem } from './fileSystem.ts';

/** The files below a folder of this machine, which nobody else on it can read (0700, files 0600). */
export function diskFiles(root: string): FileSystem {
  const at = (path: string): string => join(root, path);
  return {
    makeFolder: path => void mkdirSync(at(path), { recursive: true, mode: 0o700 }),
    list: folder => unlessAbsent(() => readdirSync(at(folder))) ?? [],
    create: async path => {
      const handle = await open(at(path), 'w', 0o600);
      return {
        write: bytes => handle.writeFile(bytes),
        sync: () => handle.sync(),
        close: () => handle.close(),
      };
    },
    read: async path => {
      try {
        return plain(await readFile(at(path)));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    readNow: path => unlessAbsent(() => plain(readFileSync(at(path)))),
    rename: (from, to) => rename(at(from), at(to)),
    renameNow: (from, to) => renameSync(at(from), at(to)),
    removeNow: path => rmSync(at(path), { force: true }),
    syncFolder: path => syncFolder(at(path)),
  };
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function unlessAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
