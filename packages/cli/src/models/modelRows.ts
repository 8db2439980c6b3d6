import type { Cell, Row } from '@koinon/sdk';
import { isMissing, nearestName, parseTable } from '@koinon/tabular';
import { usageError } from '../terminal/usageError.ts';

export interface ModelColumn {
  name: string;
  /** As the Open Inference Protocol has it: FP32 or BYTES. */
  datatype: string;
  type: 'number' | 'category';
}
export interface ModelRows {
  /** By the names of the model's columns. */
  rows: Row[];
  /** Columns of the model that the rows do not have. */
  missing: string[];
}

/** One row of `column=value` words. Throws `K_USAGE` for a column the model does not have, or a cell it cannot take. */
export function parseRow(words: readonly string[], columns: readonly ModelColumn[]): ModelRows {
  const given = new Map<string, string>();
  const names = columns.map(({ name }) => name);
  for (const word of words) {
    // A column's name may hold "=" too: the longest name that fits is meant.
    const name = names
      .filter(candidate => word.startsWith(`${candidate}=`))
      .reduce<string | undefined>((a, b) => (a === undefined || b.length > a.length ? b : a), undefined);
    if (name === undefined) throw noSuchColumn(word, names);
    if (given.has(name)) throw usageError(`"${name}" is given twice.`, 'Give each column once.');
    given.set(name, word.slice(name.length + 1));
  }
  return {
    rows: [
      Object.fromEntries(
        columns.map(column => [column.name, cellOf(column, given.get(column.name) ?? '', 'the row')]),
      ),
    ],
    missing: names.filter(name => !given.has(name)),
  };
}

/** The rows of a CSV by the names of its columns; further columns are left alone. Throws `K_USAGE`, `K_TABLE_…`. */
export function rowsOfTable(csv: Uint8Array, columns: readonly ModelColumn[]): ModelRows {
  const raw = parseTable(csv);
  const places = columns.map(({ name }) => raw.columns.indexOf(name));
  if (places.every(place => place < 0)) {
    throw usageError(
      'The table has none of the columns the model asks for.',
      `It needs: ${columns.map(({ name }) => name).join(', ')}.`,
    );
  }
  const rows = Array.from({ length: raw.rows }, (_, row) =>
    Object.fromEntries(
      columns.map((column, i) => [
        column.name,
        places[i]! < 0 ? null : cellOf(column, raw.cell(row, places[i]!), `line ${raw.lineOf(row)}`),
      ]),
    ),
  );
  return { rows, missing: columns.filter((_, i) => places[i]! < 0).map(({ name }) => name) };
}

function cellOf({ name, type }: ModelColumn, text: string, where: string): Cell {
  const trimmed = text.trim();
  if (isMissing(trimmed)) return null;
  if (type === 'category') return trimmed;
  const value = Number(trimmed);
  if (Number.isFinite(value)) return value;
  throw usageError(
    `Column "${name}" takes numbers, but ${where} has "${trimmed.slice(0, 40)}".`,
    'Correct the cell, or leave it empty where the value is missing.',
  );
}

function noSuchColumn(word: string, names: readonly string[]) {
  const at = word.indexOf('=');
  if (at < 1) {
    return usageError(`"${word}" is no cell.`, `Write COLUMN=VALUE, such as ${names[0] ?? 'age'}=61.`);
  }
  const wanted = word.slice(0, at);
  const near = nearestName(wanted, names);
  return usageError(
    `The model has no column "${wanted}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    `It asks for: ${names.join(', ')}.`,
  );
}
