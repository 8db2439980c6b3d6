import { type Cid, cidOfBlob, sha256, type TableDescription, utf8 } from '@koinon/protocol';
import {
  buildTable,
  type ColumnType,
  describeTable,
  dictionariesOf,
  holdBack,
  identifyingColumns,
  inferSchema,
  parseTable,
  type RawTable,
  type StatedRanges,
  splitRows,
  type Table,
  type TableWarning,
  tableBytes,
} from '@koinon/tabular';

/** How a CSV is to be read and parted. */
export interface TableRequest {
  csv: Uint8Array;
  /** The column models are meant to predict; the parts are even over its classes. */
  target?: string | undefined;
  exclude?: readonly string[] | undefined;
  types?: Readonly<Record<string, ColumnType>> | undefined;
  /** What number columns can hold, stated from knowledge. */
  ranges?: StatedRanges | undefined;
  /** Share of the rows given away, 0 (none) to below 1. */
  publicShare: number;
  /** Share of the private rows held back from training, for models to be measured on; 0 (none) to below 1. */
  heldBackShare: number;
  /** Words in fewer rows are folded into `other`. */
  minGroupRows: number;
}

/** A CSV as it will be kept and published; nothing of it is stored or told yet. */
export interface PreparedTable {
  /** The private rows as text, before they are parted. */
  raw: RawTable;
  /** Training rows first, then those held back. */
  table: Table;
  description: TableDescription;
  publicRows: PublicRows | undefined;
  warnings: TableWarning[];
}

/** Rows that would be given away. */
export interface PublicRows {
  table: Table;
  file: Uint8Array;
  cid: Cid;
}

/**
 * Reads a table and parts its rows; all of it follows from request and seed, so that what is published later is what was
 * looked at. The 32 bytes of the seed are as secret as the rows.
 */
export function prepareTable(request: TableRequest, seed: Uint8Array): PreparedTable {
  const { publicShare, heldBackShare, minGroupRows, ranges = {} } = request;
  const target = request.target === undefined ? {} : { target: request.target };
  const all = parseTable(request.csv);
  const schema = inferSchema(all, {
    ...target,
    ...(request.exclude ? { exclude: [...request.exclude] } : {}),
    ...(request.types ? { overrides: { ...request.types } } : {}),
  });
  const parts =
    publicShare > 0 ? splitRows(all, { publicShare, seed, ...target }) : { private: all, public: undefined };
  const whole = buildTable(parts.private, schema, { minCategoryRows: minGroupRows });
  const table = holdBack(whole, {
    share: heldBackShare,
    seed: sha256(utf8.encode('koinon/held-back'), seed),
    ...target,
  });
  const names = schema.columns.map(({ name }) => name);
  return {
    raw: parts.private,
    table,
    description: describeTable(table, { ...target, ranges, minRows: minGroupRows }),
    publicRows:
      parts.public && parts.public.rows > 0
        ? publicRowsOf(buildTable(parts.public, schema, { dictionaries: dictionariesOf(whole) }))
        : undefined,
    warnings: [...schema.warnings, ...identifyingColumns(all, names), ...outOfRange(table, ranges)],
  };
}

function publicRowsOf(table: Table): PublicRows {
  const file = tableBytes(table);
  return { table, file, cid: cidOfBlob(file) };
}

function outOfRange(table: Table, ranges: StatedRanges): TableWarning[] {
  return table.columns.flatMap((column): TableWarning[] => {
    const range = Object.hasOwn(ranges, column.name) ? ranges[column.name] : undefined;
    if (range === undefined || column.type !== 'number') return [];
    const outside = column.values.filter(value => value < range[0] || value > range[1]).length;
    if (outside === 0) return [];
    const message = `${outside} cells of "${column.name}" lie outside the range ${range[0]} to ${range[1]} that you state.`;
    return [{ code: 'K_TABLE_OUT_OF_RANGE', column: column.name, message }];
  });
}
