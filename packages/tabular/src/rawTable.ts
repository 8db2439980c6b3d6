/** A table of trimmed text cells as they stand in the file, before any column has a type. */
export interface RawTable {
  readonly columns: readonly string[];
  /** Rows below the header. */
  readonly rows: number;
  /** The cell's text, trimmed; '' for every way of writing a missing one. */
  cell(row: number, column: number): string;
  /** Line of the file a row begins on, from 1, for messages. */
  lineOf(row: number): number;
}

/** Words that stand for a missing cell, after trimming. */
export function isMissing(text: string): boolean {
  return text === '' || text === '?' || text === 'NA';
}

/** A table from cells already in memory, row by row. */
export function tableOfRows(columns: readonly string[], rows: readonly (readonly string[])[]): RawTable {
  return {
    columns,
    rows: rows.length,
    cell: (row, column) => {
      const text = rows[row]?.[column] ?? '';
      return isMissing(text) ? '' : text;
    },
    lineOf: row => row + 2,
  };
}

/** The rows with these indexes, in this order. */
export function pickRows(raw: RawTable, rows: Uint32Array): RawTable {
  return {
    columns: raw.columns,
    rows: rows.length,
    cell: (row, column) => raw.cell(rows[row]!, column),
    lineOf: row => raw.lineOf(rows[row]!),
  };
}

/** The table as CSV text (RFC 4180, LF): missing cells are empty, cells are quoted where they must be. */
export function formatCsv(raw: RawTable): string {
  const lines = [raw.columns.map(quoteCell).join(',')];
  for (let row = 0; row < raw.rows; row++) {
    const cells: string[] = [];
    for (let column = 0; column < raw.columns.length; column++) cells.push(quoteCell(raw.cell(row, column)));
    lines.push(cells.join(','));
  }
  return `${lines.join('\n')}\n`;
}

function quoteCell(text: string): string {
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
