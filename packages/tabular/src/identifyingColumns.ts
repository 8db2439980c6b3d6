import { kindOfCells } from './identifyingCells.ts';
import { kindOfName, mayNamePlaces } from './identifyingNames.ts';
import type { RawTable } from './rawTable.ts';
import { quoteWord, shown } from './tableError.ts';
import type { TableWarning } from './tableSchema.ts';

/** Cells of a column that are looked at, spread evenly over the file. */
const CELLS_LOOKED_AT = 2_000;

/**
 * Warnings about columns that look as if they named people, by their names and by the form of their cells. They are
 * guesses: a column without one may still name somebody.
 */
export function identifyingColumns(raw: RawTable, columns: readonly string[] = raw.columns): TableWarning[] {
  return columns.flatMap((name): TableWarning[] => {
    const byName = kindOfName(name);
    const byCells = kindOfCells(someCells(raw, raw.columns.indexOf(name)), mayNamePlaces(name));
    const kind = byCells ?? byName;
    if (kind === undefined) return [];
    const reason =
      byCells === undefined ? 'by its name' : byName === undefined ? 'by its cells' : 'by its name and cells';
    return [
      {
        code: 'K_TABLE_IDENTIFYING_COLUMN',
        column: name,
        message: `Column ${shown(name)} looks, ${reason}, as if it held ${byName ?? kind}. Unless models need it, leave it out: --exclude ${quoteWord(name)}`,
      },
    ];
  });
}

function someCells(raw: RawTable, column: number): string[] {
  const step = Math.max(1, raw.rows / CELLS_LOOKED_AT);
  const cells: string[] = [];
  for (let at = 0; at < raw.rows; at += step) {
    const text = raw.cell(Math.floor(at), column);
    if (text !== '') cells.push(text);
  }
  return cells;
}
