import { decodeTable, type TableColumn } from '@koinon/tabular';

/** The first row of a public table, by column; missing cells are null. */
export function publicRow(table: Uint8Array): Map<string, number | string | null> {
  return new Map(decodeTable(table).columns.map(column => [column.name, firstCell(column)]));
}

function firstCell(column: TableColumn): number | string | null {
  if (column.type === 'number') {
    const value = column.values[0];
    return value === undefined || Number.isNaN(value) ? null : shortest(value);
  }
  const code = column.codes[0] ?? -1;
  return code < 0 ? null : (column.dictionary[code] ?? null);
}

/** The decimal with the fewest digits that is this float32: 32.1, not 32.099998474121094. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}
