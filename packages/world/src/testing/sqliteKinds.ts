import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MemorySqlite } from '@koinon/store';
import { sqliteInMemory } from '@koinon/store/disk';
import { wasmSqlite } from '../store/wasmSqlite.ts';

const wasmFile = fileURLToPath(import.meta.resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm'));

/** Both kinds of SQLite that a world may stand on, by name; each call is an empty database. */
export async function sqliteKinds(): Promise<[name: string, open: () => MemorySqlite][]> {
  return [
    ['node:sqlite', sqliteInMemory],
    ['wasm', await wasmSqlite(new WebAssembly.Module(readFileSync(wasmFile)))],
  ];
}
