import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { KoinonError } from '@koinon/protocol/errors';
import { inferSchema, parseTable, type RawTable, requireTableSize, type TableSchema } from '@koinon/tabular';
import { usageError } from '../terminal/usageError.ts';

/** A file's bytes, refused by its size before they are read. Throws `K_FILE`, `K_TABLE_TOO_LARGE`. */
export async function readTable(path: string): Promise<Uint8Array> {
  return readWhole(path, requireTableSize);
}

/** A file's bytes; `requireSize` is asked before they are read. Throws `K_FILE`. */
export async function readWhole(path: string, requireSize: (bytes: number) => void): Promise<Uint8Array> {
  try {
    const { size, isDirectory } = await stat(path).then(found => ({
      size: found.size,
      isDirectory: found.isDirectory(),
    }));
    if (isDirectory) throw fileError(path, 'it is a folder');
    requireSize(size);
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    if (cause instanceof KoinonError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw fileError(path, code === 'ENOENT' ? 'there is no such file' : message, cause);
  }
}

function fileError(path: string, reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_FILE',
    message: `${path} cannot be read: ${reason}.`,
    fault: 'user',
    next: 'Check the path.',
    cause,
  });
}

/**
 * The table checked as the node will check it, so that nothing bad is ever sent; `exclude` is as it was typed. Throws what
 * `inferSchema` throws.
 */
export function checkTable(
  csv: Uint8Array,
  options: { target?: string; exclude?: readonly string[] },
): { raw: RawTable; schema: TableSchema } {
  const raw = parseTable(csv);
  return {
    raw,
    schema: inferSchema(raw, { ...options, exclude: namesOf(options.exclude ?? [], raw.columns) }),
  };
}

/** Columns as they were typed: each a name, which may have commas, or names parted by commas. */
export function namesOf(typed: readonly string[], columns: readonly string[]): string[] {
  const names = typed.flatMap(text => (columns.includes(text) ? [text] : listOf(text)));
  return [...new Set(names)];
}

/** Throws `K_USAGE` that lists the columns one can choose a target from. */
export function targetMissing(raw: RawTable, option = '--target'): KoinonError {
  const some = raw.columns.slice(0, 12).join(', ');
  const more = raw.columns.length > 12 ? `, … (${raw.columns.length} in all)` : '';
  return usageError(
    'Which column should models predict?',
    `Name it, for example ${option} ${quoted(raw.columns.at(-1)!)}. The columns are: ${some}${more}.`,
  );
}

/** The word as one types it in a shell. */
function quoted(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A name for a dataset or model made of a file's: lower-case letters, digits and hyphens. */
export function nameOfFile(path: string): string {
  const name = basename(path)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return name || 'table';
}

/** Throws `K_USAGE` unless the name can stand in URLs and commands. */
export function requireName(name: string, of: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return;
  throw usageError(
    `"${name.slice(0, 80)}" is not a name for a ${of}.`,
    'Use lower-case letters, digits and hyphens, at most 63.',
  );
}

/** Names parted by commas, blanks around them gone. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
}
