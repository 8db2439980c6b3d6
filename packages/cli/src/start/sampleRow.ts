import { decodeTable, type TableColumn } from '@koinon/tabular';
import type { NodeClient } from '../api/nodeClient.ts';
import { type Cell, type ModelColumn, rowsOfTable } from '../models/modelRows.ts';

/** One row that may be shown to anybody. */
export interface SampleRow {
  /** Which row it is, in words. */
  about: string;
  /** In the order of the model's columns; missing cells are null. */
  cells: Cell[];
}

/** The first public row of a dataset; where none is public, the first row of its mock without a missing cell. */
export async function sampleRow(
  client: Pick<NodeClient, 'bytes'>,
  { id, publicTable }: { id: string; publicTable?: string | undefined },
  columns: readonly ModelColumn[],
): Promise<SampleRow> {
  if (publicTable !== undefined) {
    const table = decodeTable(await client.bytes(`/api/blobs/${publicTable}`));
    const known = new Map(table.columns.map(column => [column.name, column]));
    return { about: 'one public row', cells: columns.map(({ name }) => firstCell(known.get(name))) };
  }
  const { rows } = rowsOfTable(await client.bytes(`/api/datasets/${id}/mock`), columns);
  const cells = rows.find(row => !row.includes(null)) ?? rows[0] ?? columns.map(() => null);
  return { about: 'a made-up row of the dataset’s mock', cells };
}

function firstCell(column: TableColumn | undefined): Cell {
  if (column === undefined) return null;
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
