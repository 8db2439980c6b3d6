import { KoinonError } from '@koinon/protocol';
import {
  COLUMN_NAME_MAX_LENGTH,
  requireTableSize,
  TABLE_LIMITS,
  type TableLimits,
  tooLarge,
} from './limits.ts';
import { isMissing, type RawTable } from './rawTable.ts';
import { ESCAPED, lineAt, scanCells } from './scanCells.ts';
import { shown, tableError } from './tableError.ts';

const DELIMITERS = [',', ';', '\t'] as const;
/** Names that mean something else inside a table or to JavaScript. */
const RESERVED_NAMES = new Set(['__metadata__', '__proto__']);

/**
 * The cells of a CSV file: UTF-8 with or without a byte order mark, comma, semicolon or tab (whichever stands most
 * often in the header), quoted cells, any line ends. The text is decoded once and cells are cut from it when asked
 * for. Throws `K_TABLE_TOO_LARGE`, `K_TABLE_EMPTY`, `K_TABLE_ENCODING`, `K_TABLE_BINARY`, `K_TABLE_QUOTE`,
 * `K_TABLE_HEADER`, `K_TABLE_RAGGED`.
 */
export function parseTable(csv: Uint8Array, options: { limits?: Partial<TableLimits> } = {}): RawTable {
  const limits = { ...TABLE_LIMITS, ...options.limits };
  requireTableSize(csv.length, limits);
  const text = decodeText(csv);
  const delimiter = detectDelimiter(text);
  let width = 0;
  let rows = -1;
  let cells = 0;
  const grid = scanCells({
    text,
    delimiter: delimiter.charCodeAt(0),
    onRecord: (total, recordStart) => {
      const found = total - cells;
      cells = total;
      if (++rows === 0) width = requireWidth(found, limits);
      else if (found !== width) throw ragged(lineAt(text, recordStart), found, width);
      if (rows > limits.rows) throw tooLarge('The table has more rows', `at most ${limits.rows} rows`);
      if (rows * width > limits.cells) {
        throw tooLarge(
          `The table has more than ${limits.cells} cells`,
          `at most ${limits.cells} (rows times columns)`,
        );
      }
    },
  });
  const cut = (index: number): string => {
    const end = grid.ends[index]!;
    if ((end & ESCAPED) === 0) return text.slice(grid.starts[index], end);
    return text.slice(grid.starts[index], end & ~ESCAPED).replaceAll('""', '"');
  };
  if (rows < 0) throw emptyFile('The file holds nothing but white space');
  const columns = readHeader(Array.from({ length: width }, (_, i) => cut(i)));
  if (rows === 0) {
    throw tableError(
      'K_TABLE_EMPTY',
      'The table has a header and no rows.',
      'Give a file with at least one row.',
    );
  }
  const { starts } = grid;
  return {
    columns,
    rows,
    cell: (row, column) => {
      const found = cut((row + 1) * width + column);
      return isMissing(found) ? '' : found;
    },
    lineOf: row => lineAt(text, starts[(row + 1) * width]!),
  };
}

function decodeText(csv: Uint8Array): string {
  if (csv.length === 0) throw emptyFile('The file has 0 bytes');
  const [first, second] = csv;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw encoding('The file is UTF-16.');
  }
  if (first === 0x50 && second === 0x4b) throw binary('The file is a zip archive, perhaps a spreadsheet');
  if (csv.includes(0)) throw binary('The file has bytes of value 0');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(csv);
  } catch (cause) {
    throw encoding('The file is not UTF-8.', cause);
  }
}

/** The delimiter that stands most often in the first line that is not blank, outside quotes; comma when none does. */
function detectDelimiter(text: string): string {
  const counts = new Map<string, number>(DELIMITERS.map(delimiter => [delimiter, 0]));
  let isQuoted = false;
  let isStarted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && isStarted && (character === '\n' || character === '\r')) break;
    if (character.trim() !== '') isStarted = true;
    const count = isQuoted ? undefined : counts.get(character);
    if (count !== undefined) counts.set(character, count + 1);
  }
  return DELIMITERS.reduce((best, next) => (counts.get(next)! > counts.get(best)! ? next : best));
}

function requireWidth(found: number, limits: TableLimits): number {
  if (found > limits.columns) {
    throw tooLarge(`The table has ${found} columns`, `at most ${limits.columns} columns`);
  }
  return found;
}

function readHeader(cells: string[]): string[] {
  const names = cells.map(cell => cell.normalize('NFC'));
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === '')
      throw badHeader(`Column ${index + 1} has no name`, 'Give every column a name in the first line.');
    if (seen.has(name)) throw badHeader(`Two columns are called ${shown(name)}`, 'Rename one of them.');
    seen.add(name);
    if ([...name].length > COLUMN_NAME_MAX_LENGTH) {
      throw badHeader(
        `The column name ${shown(name)} is longer than ${COLUMN_NAME_MAX_LENGTH} characters`,
        'Shorten it; the first line must hold the column names.',
      );
    }
    if (/[\p{C}\p{Zl}\p{Zp}"\\]/u.test(name) || RESERVED_NAMES.has(name)) {
      throw badHeader(
        `The column name ${shown(name)} cannot be used: it is reserved, or has quotes, backslashes or invisible characters`,
        'Rename the column.',
      );
    }
  }
  return names;
}

function badHeader(what: string, next: string): KoinonError {
  return tableError('K_TABLE_HEADER', `${what}.`, next);
}

function ragged(line: number, found: number, width: number): KoinonError {
  return tableError(
    'K_TABLE_RAGGED',
    `Line ${line} has ${found} cell${found === 1 ? '' : 's'}, the header has ${width}.`,
    'Give every line the same number of cells; put quotes around a cell that contains the delimiter.',
    { line },
  );
}

function emptyFile(what: string): KoinonError {
  return tableError('K_TABLE_EMPTY', `${what}.`, 'Give a CSV file with a header line and rows.');
}

function encoding(message: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_TABLE_ENCODING',
    message,
    fault: 'user',
    next: 'Save the file as CSV in UTF-8.',
    cause,
  });
}

function binary(what: string): KoinonError {
  return tableError('K_TABLE_BINARY', `${what}; it is not a CSV text.`, 'Export the table as CSV.');
}
