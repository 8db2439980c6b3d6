import { utf8 } from '@koinon/protocol';
import {
  type MemorySqlite,
  type SqliteStatement,
  type SqlRow,
  type SqlValue,
  sqliteError,
} from '@koinon/store';
import initSqlite, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm';

type Options = {
  instantiateWasm(imports: WebAssembly.Imports, done: (it: WebAssembly.Instance) => void): object;
};
/** The published type of it leaves its options out. */
const init = initSqlite as (options: Options) => Promise<Sqlite3Static>;

/**
 * SQLite in WebAssembly, the same release as Node's: each call of what comes back is an empty database in memory. `wasm` is
 * the module `@sqlite.org/sqlite-wasm/sqlite3.wasm`; nothing is fetched.
 */
export async function wasmSqlite(wasm: WebAssembly.Module): Promise<() => MemorySqlite> {
  // Of its file systems none is wanted; one of them would ask the page's server for a worker.
  const disable = {
    vfs: { kvvfs: true, opfs: true, 'opfs-vfs': true, 'opfs-sahpool': true, 'opfs-wl': true },
  };
  Object.assign(globalThis, { sqlite3ApiConfig: { disable } });
  const sqlite = await init({
    instantiateWasm: (imports, done) => {
      WebAssembly.instantiate(wasm, imports).then(done);
      return {};
    },
  });
  return () => databaseIn(sqlite);
}

const text = new TextDecoder('utf-8', { ignoreBOM: true });

function databaseIn(sqlite: Sqlite3Static): MemorySqlite {
  const { capi, wasm } = sqlite;
  const compiled = new Set<number>();
  let connection = new sqlite.oo1.DB(':memory:');
  const pointer = (): number => connection.pointer as number;

  function check(result: number): void {
    if (result === capi.SQLITE_OK) return;
    const code = capi.sqlite3_extended_errcode(pointer());
    throw sqliteError(code, capi.sqlite3_errstr(code), capi.sqlite3_errmsg(pointer()));
  }

  function close(): void {
    for (const statement of compiled) capi.sqlite3_finalize(statement);
    compiled.clear();
    connection.close();
  }

  function compile(sql: string): number {
    const scope = wasm.scopedAllocPush();
    try {
      const place = wasm.scopedAlloc(8);
      check(capi.sqlite3_prepare_v3(pointer(), sql, -1, capi.SQLITE_PREPARE_PERSISTENT, place, null));
      const statement = wasm.peekPtr(place) as number;
      compiled.add(statement);
      return statement;
    } finally {
      wasm.scopedAllocPop(scope);
    }
  }

  return {
    exec: sql => check(capi.sqlite3_exec(pointer(), sql, 0, 0, 0)),
    prepare: sql => statementOver(sqlite, compile(sql), pointer(), check),
    get isTransaction() {
      return capi.sqlite3_get_autocommit(pointer()) === 0;
    },
    close: () => {
      if (connection.isOpen()) close();
    },
    image: () => capi.sqlite3_js_db_export(pointer()),
    restore: image => {
      close();
      connection = new sqlite.oo1.DB(':memory:');
      const bytes = wasm.allocFromTypedArray(image);
      const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
      check(capi.sqlite3_deserialize(pointer(), 'main', bytes, image.length, image.length, flags));
    },
  };
}

function statementOver(
  sqlite: Sqlite3Static,
  statement: number,
  connection: number,
  check: (result: number) => void,
): SqliteStatement {
  const { capi, wasm } = sqlite;
  const bind = binderOf(sqlite, statement);
  let names: string[] = [];

  function cell(at: number): SqlValue {
    switch (capi.sqlite3_column_type(statement, at)) {
      case capi.SQLITE_INTEGER:
        return capi.sqlite3_column_int64(statement, at);
      case capi.SQLITE_FLOAT:
        return capi.sqlite3_column_double(statement, at);
      case capi.SQLITE_TEXT:
        return text.decode(bytesAt(at));
      case capi.SQLITE_BLOB:
        return bytesAt(at);
      default:
        return null;
    }
  }

  /** A copy of a text's or a blob's bytes. */
  function bytesAt(at: number): Uint8Array {
    const start = capi.sqlite3_column_blob(statement, at) as number;
    return wasm.heap8u().slice(start, start + capi.sqlite3_column_bytes(statement, at));
  }

  function row(): SqlRow {
    // A table may have got a column since the statement was compiled.
    const length = capi.sqlite3_column_count(statement);
    if (length !== names.length)
      names = Array.from({ length }, (_, i) => capi.sqlite3_column_name(statement, i));
    return Object.fromEntries(names.map((name, i) => [name, cell(i)]));
  }

  /** Runs it as far as `step` wants rows, and lets go of it. */
  function run(parameters: readonly SqlValue[], take: (row: () => SqlRow) => boolean): void {
    try {
      for (const [i, value] of parameters.entries()) check(bind(i + 1, value));
      for (;;) {
        const result = capi.sqlite3_step(statement);
        if (result === capi.SQLITE_DONE) return;
        if (result !== capi.SQLITE_ROW) check(result);
        if (!take(row)) return;
      }
    } finally {
      capi.sqlite3_reset(statement);
      capi.sqlite3_clear_bindings(statement);
    }
  }

  return {
    get: parameters => {
      let first: SqlRow | undefined;
      run(parameters, read => {
        first = read();
        return false;
      });
      return first;
    },
    all: parameters => {
      const rows: SqlRow[] = [];
      run(parameters, read => rows.push(read()) > 0);
      return rows;
    },
    run: parameters => {
      run(parameters, () => true);
      return {
        changes: capi.sqlite3_changes64(connection),
        lastInsertRowid: capi.sqlite3_last_insert_rowid(connection),
      };
    },
  };
}

/** Puts a value in the place of the parameter at a position from 1; gives SQLite's result code. */
function binderOf({ capi, wasm }: Sqlite3Static, statement: number) {
  return (at: number, value: SqlValue): number => {
    if (value === null) {
      // Cleared bindings are null.
      return capi.SQLITE_OK;
    }
    if (typeof value === 'number') return capi.sqlite3_bind_double(statement, at, value);
    if (typeof value === 'bigint') {
      if (BigInt.asIntN(64, value) !== value) throw new TypeError('BigInt value is too large to bind.');
      return capi.sqlite3_bind_int64(statement, at, value);
    }
    const bytes = typeof value === 'string' ? utf8.encode(value) : value;
    const place = wasm.alloc(Math.max(1, bytes.length));
    wasm.heap8u().set(bytes, place);
    const bind = typeof value === 'string' ? capi.sqlite3_bind_text : capi.sqlite3_bind_blob;
    return bind(statement, at, place, bytes.length, capi.SQLITE_WASM_DEALLOC);
  };
}
