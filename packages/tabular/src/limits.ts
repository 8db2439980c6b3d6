import { KoinonError, TABLE_FILE_MAX_BYTES } from '@koinon/protocol';

/** How much of a stranger's file is read at all. */
export interface TableLimits {
  /** Bytes of the CSV file. */
  fileBytes: number;
  /** Rows below the header. */
  rows: number;
  columns: number;
  /** Rows times columns. */
  cells: number;
}

/**
 * The stated limits, each with its reason. A file is parsed in memory, in a browser too: 64 MiB of text with two
 * offsets a cell stay below 512 MiB there. 2^24 cells are a 64 MiB table, which a program can hold several times
 * in the 1 GiB a manifest may give it. 1,024 columns keep the header of a table and the graph of a model small;
 * 2,000,000 rows keep one pass of a replay in the order of a second.
 */
export const TABLE_LIMITS: TableLimits = {
  fileBytes: TABLE_FILE_MAX_BYTES,
  rows: 2_000_000,
  columns: 1_024,
  cells: 2 ** 24,
};

/** Characters of a column name: it becomes an input name of the model and a line on a page. */
export const COLUMN_NAME_MAX_LENGTH = 64;
/** Characters of a word in a dictionary; what is longer is text. */
export const WORD_MAX_LENGTH = 200;
/** Words of one category: each becomes a weight per class. */
export const DICTIONARY_MAX_WORDS = 1_000;
/** Classes of a target, as the programs have it. */
export const CLASSES_MAX = 64;
/** A numeric target with more distinct values than this is a quantity, not a class. */
export const NUMERIC_CLASSES_MAX = 20;

/** Throws `K_TABLE_TOO_LARGE` from the size alone, so that a huge file is refused before it is read. */
export function requireTableSize(fileBytes: number, limits: TableLimits = TABLE_LIMITS): void {
  if (fileBytes <= limits.fileBytes) return;
  throw tooLarge(`The file has ${mebibytes(fileBytes)}`, `at most ${mebibytes(limits.fileBytes)}`);
}

export function tooLarge(found: string, allowed: string): KoinonError {
  return new KoinonError({
    code: 'K_TABLE_TOO_LARGE',
    message: `${found}; a table may have ${allowed}.`,
    fault: 'user',
    next: 'Publish a sample of the rows, or drop columns that no model needs.',
  });
}

function mebibytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes} bytes` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
