import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { PartFiles } from '../src/blobs/partFiles.ts';
import { sqliteFile, sqliteInMemory } from '../src/database/nodeSqlite.ts';
import type { SqliteDriver } from '../src/database/sqliteDriver.ts';
import { openStore } from '../src/disk.ts';
import { type FaultPlan, noFaults } from '../src/faults.ts';
import { memoryFiles } from '../src/files/memoryFiles.ts';
import { type Store, storeOver } from '../src/store.ts';
import { testFolder } from './fixtures.ts';

/** Where a store is kept from one opening to the next, and a way in behind its back. */
export interface Place {
  open(options?: { faults?: FaultPlan }): Store;
  /** Paths of all files of parts, whole or not. */
  paths(): string[];
  read(path: string): Uint8Array | undefined;
  write(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): void;
}

type Context = Parameters<typeof testFolder>[0];

const kinds: [kind: string, make: (context: Context) => Place][] = [
  ['on disk', context => diskPlace(testFolder(context))],
  ['in memory', memoryPlace],
];

/** One test for each kind of store. `newPlace` gives an empty one. */
export function everyKind(name: string, body: (newPlace: () => Place) => Promise<void>): void {
  for (const [kind, make] of kinds) test(`${name} (${kind})`, t => body(() => make(t)));
}

/** One test for each kind of database. `connect` opens the same one each time. */
export function everyDatabase(name: string, body: (connect: () => SqliteDriver) => void): void {
  test(`${name} (in a file)`, t => {
    const path = join(testFolder(t), 'a.sqlite');
    body(() => sqliteFile(path));
  });
  test(`${name} (in memory)`, () => {
    const driver = sqliteInMemory();
    body(() => lasting(driver));
  });
}

export function diskPlace(folder: string): Place {
  return {
    open: options => openStore(folder, options),
    paths: () =>
      globSync('{blobs,damaged}/**', { cwd: folder, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort(),
    read: path =>
      existsSync(join(folder, path)) ? new Uint8Array(readFileSync(join(folder, path))) : undefined,
    write: async (path, bytes) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    },
    remove: path => rmSync(join(folder, path)),
  };
}

function memoryPlace(): Place {
  const files = memoryFiles();
  const driver: SqliteDriver = sqliteInMemory();
  return {
    open: ({ faults = noFaults } = {}) => storeOver(lasting(driver), new PartFiles(files, faults), faults),
    paths: () => [...files.copy().keys()],
    read: path => files.readNow(path),
    write: async (path, bytes) => {
      files.makeFolder(dirname(path));
      await (await files.create(path)).write(bytes);
    },
    remove: path => files.removeNow(path),
  };
}

/** A connection that outlives whoever closes it. */
function lasting(driver: SqliteDriver): SqliteDriver {
  return {
    exec: driver.exec,
    prepare: driver.prepare,
    get isTransaction() {
      return driver.isTransaction;
    },
    close: () => {},
  };
}
