import type { Table } from './table.ts';
import { shown, tableError } from './tableError.ts';

/** A column as everybody may know it. */
export type PublicColumn =
  | { name: string; type: 'number' /** Coarse bounds the owner chose to state. */; range?: [number, number] }
  | { name: string; type: 'category'; dictionary: string[] };

/** What may be told about a private table: no cell, no count below the tens. */
export interface TableDescription {
  version: 1;
  /** Rounded down to two significant digits. */
  approximateRows: number;
  columns: PublicColumn[];
  target?: string;
}

export interface DescribeOptions {
  target?: string;
  /** Bounds the owner states; never computed from the cells. */
  ranges?: Readonly<Record<string, readonly [number, number]>>;
}

/** The public description of a table whose dictionaries are already folded. */
export function describeTable(table: Table, options: DescribeOptions = {}): TableDescription {
  const { target, ranges = {} } = options;
  if (target !== undefined && !table.columns.some(column => column.name === target)) {
    throw tableError(
      'K_TABLE_NO_SUCH_COLUMN',
      `The table has no column ${shown(target)}.`,
      'Name one of its columns.',
    );
  }
  return {
    version: 1,
    approximateRows: roundedDown(table.rows),
    columns: table.columns.map((column): PublicColumn => {
      const { name } = column;
      if (column.type === 'category') return { name, type: 'category', dictionary: [...column.dictionary] };
      const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
      return { name, type: 'number', ...(range === undefined ? {} : { range: [range[0], range[1]] }) };
    }),
    ...(target === undefined ? {} : { target }),
  };
}

function roundedDown(rows: number): number {
  const step = 10 ** Math.max(1, `${rows}`.length - 2);
  return Math.floor(rows / step) * step;
}
