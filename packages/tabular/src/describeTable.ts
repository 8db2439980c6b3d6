import type { PublicColumn, TableDescription } from '@koinon/protocol';
import { GRID_BITS, gridOfCells, gridOfRange } from './numberGrid.ts';
import type { Table } from './table.ts';
import { shown, tableError } from './tableError.ts';

/** Bounds of number columns by name, stated by the owner from knowledge; never computed from the cells. */
export type StatedRanges = Readonly<Record<string, readonly [number, number]>>;

export interface DescribeOptions {
  target?: string;
  ranges?: StatedRanges;
  /** A number column with fewer present cells than this tells nothing of them: the policy's minimum of rows. */
  minRows?: number;
}

/**
 * The public description of a table whose dictionaries are already folded. Grids are computed over the rows that programs
 * train on, never over those held back.
 */
export function describeTable(table: Table, options: DescribeOptions = {}): TableDescription {
  const { target, ranges = {}, minRows = 2 } = options;
  if (target !== undefined) requireOfType(table, target, 'category');
  for (const [name, range] of Object.entries(ranges)) {
    requireOfType(table, name, 'number');
    requireRange(name, range);
  }
  const heldBack = table.heldBackRows ?? 0;
  const training = table.rows - heldBack;
  return {
    version: 2,
    approximateRows: roundedDown(training),
    approximateHeldBackRows: roundedDown(heldBack),
    columns: table.columns.map((column): PublicColumn => {
      const { name } = column;
      if (column.type === 'category') return { name, type: 'category', dictionary: [...column.dictionary] };
      const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
      if (range !== undefined)
        return { name, type: 'number', grid: gridOfRange(range), range: [range[0] + 0, range[1] + 0] };
      return { name, type: 'number', grid: gridOfCells(column.values.subarray(0, training), minRows) };
    }),
    ...(target === undefined ? {} : { target }),
  };
}

/**
 * Bits that publishing the description tells of the cells of number columns, once and for all jobs. Names, words that
 * stand in the minimum of rows and rounded numbers of rows are told in full and are not in it.
 */
export function publishedBits(description: TableDescription): number {
  return (
    description.columns.filter(column => column.type === 'number' && column.range === undefined).length *
    GRID_BITS
  );
}

function requireOfType(table: Table, name: string, type: 'number' | 'category'): void {
  const column = table.columns.find(column => column.name === name);
  if (column?.type === type) return;
  throw tableError(
    'K_TABLE_NO_SUCH_COLUMN',
    column === undefined
      ? `The table has no column ${shown(name)}.`
      : `Column ${shown(name)} is a ${column.type}, not a ${type}.`,
    'Name one of its columns.',
  );
}

function requireRange(name: string, [low, high]: readonly [number, number]): void {
  if (low < high && Number.isFinite(Math.fround(low)) && Number.isFinite(Math.fround(high))) return;
  throw tableError(
    'K_TABLE_RANGE',
    `The range ${low} to ${high} of ${shown(name)} holds no numbers.`,
    'State the least and the most that the column can hold, for example 0:120.',
  );
}

function roundedDown(rows: number): number {
  // A text is read exactly; an engine's powers of ten need not be.
  const step = Number(`1e${Math.max(1, `${rows}`.length - 2)}`);
  return Math.floor(rows / step) * step;
}
