import type { Manifest, TableDescription } from '@koinon/protocol';
import { decodeTable, type Table } from '@koinon/tabular';
import type { WordColumn } from './setting.ts';
import { hiddenParts } from './suppress.ts';

/** What the gate counts in the private rows by itself; no program is asked. */
export interface TableCounts {
  /** Rows with a value in the target. */
  labelledRows: number;
  /** Which groups of the column, its words and then rows without one, must have no measures. */
  hidden(column: WordColumn, minRows: number): boolean[];
}

/**
 * Counts over the rows the job read. Undefined where the file is no table, or not the one the dataset's record describes:
 * then nothing that needs a count leaves.
 */
export function countTable(
  manifest: Manifest,
  inputs: ReadonlyMap<string, Uint8Array>,
  description: TableDescription,
): TableCounts | undefined {
  const input = manifest.inputs.find(({ source }) => 'dataset' in source);
  const bytes = input && inputs.get(input.name);
  const table = bytes && read(bytes);
  if (!table || !isDescribed(table, description)) return undefined;
  const target = codesOf(table, manifest.params['target']);
  const labelledRows =
    target === undefined ? 0 : target.reduce((count, code) => count + (code >= 0 ? 1 : 0), 0);
  return {
    labelledRows,
    hidden: (column, minRows) => {
      const rows = new Array<number>(column.dictionary.length + 1).fill(0);
      for (const [row, code] of codesOf(table, column.name)!.entries()) {
        if (target !== undefined && target[row]! >= 0) rows[code < 0 ? column.dictionary.length : code]! += 1;
      }
      return hiddenParts(
        rows.map(count => ({ rows: count })),
        labelledRows,
        minRows,
      );
    },
  };
}

function read(bytes: Uint8Array): Table | undefined {
  try {
    return decodeTable(bytes);
  } catch {
    return undefined;
  }
}

function isDescribed(table: Table, description: TableDescription): boolean {
  return (
    table.columns.length === description.columns.length &&
    table.columns.every((column, i) => {
      const public_ = description.columns[i]!;
      if (column.name !== public_.name || column.type !== public_.type) return false;
      if (column.type === 'number' || public_.type === 'number') return true;
      const { dictionary } = public_;
      return (
        column.dictionary.length === dictionary.length &&
        column.dictionary.every((word, at) => word === dictionary[at])
      );
    })
  );
}

function codesOf(table: Table, name: unknown): Int32Array | undefined {
  const column = table.columns.find(each => each.name === name);
  return column?.type === 'category' ? column.codes : undefined;
}
