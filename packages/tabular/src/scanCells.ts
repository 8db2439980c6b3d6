import { tableError } from './tableError.ts';

/** Offsets of cells in a text, in file order. A cell whose quotes must be undone has the top bit of its end set. */
export interface CellGrid {
  starts: Uint32Array;
  ends: Uint32Array;
  cells: number;
}

export const ESCAPED = 0x8000_0000;

const QUOTE = 34;
const LF = 10;
const CR = 13;

interface Scan {
  text: string;
  delimiter: number;
  /** Called at the end of each record with how many cells the grid then holds; throws to stop. */
  onRecord(cells: number, recordStart: number): void;
}

/**
 * Finds the cells of a CSV text (RFC 4180; CR, LF or CRLF; blank lines skipped) without copying any. White space
 * around cells and inside their quotes is left out. Throws `K_TABLE_QUOTE`.
 */
export function scanCells({ text, delimiter, onRecord }: Scan): CellGrid {
  const grid: CellGrid = { starts: new Uint32Array(1024), ends: new Uint32Array(1024), cells: 0 };
  const length = text.length;
  let at = 0;
  let recordStart = 0;
  let cellsBefore = 0;
  while (at < length) {
    while (at < length && isBlank(text.charCodeAt(at), delimiter)) at++;
    let next = text.charCodeAt(at);
    if (next === QUOTE) at = quotedCell(grid, text, at, delimiter);
    else {
      const start = at;
      while (at < length && next !== delimiter && next !== LF && next !== CR) next = text.charCodeAt(++at);
      push(grid, text, start, at, 0);
    }
    next = at < length ? text.charCodeAt(at) : LF;
    if (next === delimiter) {
      at++;
      if (at === length) push(grid, text, at, at, 0);
      else continue;
    }
    const isBlankLine = grid.cells === cellsBefore + 1 && grid.starts[cellsBefore] === grid.ends[cellsBefore];
    if (isBlankLine && text.slice(recordStart, at).trim() === '') grid.cells = cellsBefore;
    else onRecord(grid.cells, recordStart);
    cellsBefore = grid.cells;
    at += next === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
    recordStart = at;
  }
  return grid;
}

function quotedCell(grid: CellGrid, text: string, open: number, delimiter: number): number {
  let flag = 0;
  let close = open + 1;
  for (;;) {
    close = text.indexOf('"', close);
    if (close < 0) throw badQuote(text, open, 'A quoted cell is opened and never closed');
    if (text.charCodeAt(close + 1) !== QUOTE) break;
    flag = ESCAPED;
    close += 2;
  }
  push(grid, text, open + 1, close, flag);
  let at = close + 1;
  while (at < text.length && isBlank(text.charCodeAt(at), delimiter)) at++;
  const next = text.charCodeAt(at);
  if (at < text.length && next !== delimiter && next !== LF && next !== CR) {
    throw badQuote(text, open, 'A quoted cell has text after its closing quote');
  }
  return at;
}

function push(grid: CellGrid, text: string, start: number, end: number, flag: number): void {
  if (grid.cells === grid.starts.length) {
    grid.starts = grow(grid.starts);
    grid.ends = grow(grid.ends);
  }
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  grid.starts[grid.cells] = start;
  grid.ends[grid.cells++] = (end | flag) >>> 0;
}

function grow(old: Uint32Array): Uint32Array {
  const larger = new Uint32Array(old.length * 2);
  larger.set(old);
  return larger;
}

function isBlank(code: number, delimiter: number): boolean {
  return code !== delimiter && (code === 32 || code === 9 || code === 0xa0);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}

/** Line of the file an offset lies on, from 1. Counted only for messages. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) line++;
  }
  return line;
}

function badQuote(text: string, offset: number, what: string): Error {
  const line = lineAt(text, offset);
  return tableError(
    'K_TABLE_QUOTE',
    `${what} (line ${line}).`,
    'Write a quote inside a quoted cell twice: "5 ""feet""".',
    { line },
  );
}
