import { bigEndian64, concatBytes, type Hex, sha256, toHex, utf8 } from '@koinon/protocol';
import type { FilesCopy, SqliteStatement, SqlRow, SqlValue } from '@koinon/store';

type Prepare = (sql: string) => SqliteStatement;

/** Hashes of contents, which never change. */
const known = new WeakMap<Uint8Array, Uint8Array>();

/** SHA-256 over all tables, by their names, and all files, by theirs. */
export function digestOf(prepare: Prepare, files: FilesCopy): Hex {
  const parts: Uint8Array[] = [];
  const tables = prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name").all([]);
  for (const { name, sql } of tables) {
    parts.push(cell(name!), cell(sql!), ...rowsOf(prepare, name as string).map(rowBytes));
  }
  for (const [path, bytes] of files) parts.push(cell(path), digestOfContent(bytes));
  return toHex(sha256(...parts));
}

function rowsOf(prepare: Prepare, table: string): SqlRow[] {
  const keys = prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .all([table])
    .map(({ name }) => quoted(name as string));
  return prepare(
    `SELECT * FROM ${quoted(table)} ORDER BY ${keys.length > 0 ? keys.join(', ') : 'rowid'}`,
  ).all([]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function rowBytes(row: SqlRow): Uint8Array {
  const cells = Object.values(row);
  return concatBytes(framed('(', bigEndian64(BigInt(cells.length))), ...cells.map(cell));
}

/** A value with its kind and its length before it, so that no two rows give the same bytes. */
function cell(value: SqlValue): Uint8Array {
  if (value === null) return framed('0', new Uint8Array(0));
  if (typeof value === 'bigint') return framed('i', bigEndian64(BigInt.asUintN(64, value)));
  if (typeof value === 'number') return framed('r', new Uint8Array(new Float64Array([value]).buffer));
  if (typeof value === 'string') return framed('t', utf8.encode(value));
  return framed('b', value);
}

function framed(kind: string, bytes: Uint8Array): Uint8Array {
  return concatBytes(utf8.encode(kind), bigEndian64(BigInt(bytes.length)), bytes);
}

function digestOfContent(bytes: Uint8Array): Uint8Array {
  const before = known.get(bytes);
  if (before !== undefined) return before;
  const digest = sha256(bytes);
  known.set(bytes, digest);
  return digest;
}
