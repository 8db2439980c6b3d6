import { decodeTable, type TableColumn } from '@koinon/tabular';

/** The first row of a public table, by column; missing cells are null. */
export function publicRow(table: Uint8Array): Map<string, number | string | null> {
  return new Map(decodeTable(table).columns.map(column => [column.name, firstCell(column)]));
}

function firstCell(column: TableColumn): number | string | null {
  if (column.type === 'number') {
    const value = column.values[0];
    return value === undefined || Number.isNaN(value) ? null : value;
  }
  const code = column.codes[0] ?? -1;
  return code < 0 ? null : (column.dictionary[code] ?? null);
}
