import { custodyRoutes, evidenceRoutes } from '@koinon/api';
import type { Cell, Client, Row } from '@koinon/sdk';
import { decodeTable, type TableColumn } from '@koinon/tabular';
import { type ModelColumn, rowsOfTable } from '../models/modelRows.ts';

/** One row that may be shown to anybody. */
export interface SampleRow {
  /** Which row it is, in words. */
  about: string;
  row: Row;
}

/** The first public row of a dataset; where none is public, the first row of its mock without a missing cell. */
export async function sampleRow(
  client: Pick<Client, 'call'>,
  { id, publicTable }: { id: string; publicTable?: string | undefined },
  columns: readonly ModelColumn[],
): Promise<SampleRow> {
  if (publicTable !== undefined) {
    const table = decodeTable(await client.call(evidenceRoutes.blob, { params: { cid: publicTable } }));
    const known = new Map(table.columns.map(column => [column.name, column]));
    const row = Object.fromEntries(columns.map(({ name }) => [name, firstCell(known.get(name))]));
    return { about: 'one public row', row };
  }
  const { rows } = rowsOfTable(await client.call(custodyRoutes.mock, { params: { id } }), columns);
  const row = rows.find(each => !Object.values(each).includes(null)) ?? rows[0] ?? {};
  return { about: 'a made-up row of the dataset’s mock', row };
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
