import type { DatasetRows } from '@koinon/protocol';
import { seedBytes, seededRandom } from './random.ts';
import { drawFromGroups } from './splitRows.ts';
import { decodeTable, type Table, tableBytes } from './table.ts';
import { tableError } from './tableError.ts';

export interface HoldBackOptions {
  /** Share of the rows to hold back, 0 to below 1. */
  share: number;
  /** 32 bytes, or a whole number: whoever knows it knows which rows are held back. */
  seed: Uint8Array | number;
  /** Column each of whose words stands in both parts where it stands in two rows. */
  target?: string;
}

/**
 * The table with rows held back from training moved to its end, for models to be measured on; both parts keep their order
 * and have the same dictionaries.
 */
export function holdBack(table: Table, options: HoldBackOptions): Table {
  const random = seededRandom(seedBytes(options.seed));
  const { drawn, left } = drawFromGroups(groupsOf(table, options.target), options.share, random);
  if (drawn.length === 0) return table;
  const order = Uint32Array.from([...left, ...drawn]);
  return { ...pickTableRows(table, order), heldBackRows: drawn.length };
}

/**
 * The table file of a part of a private content file, as programs see it: without a word of the other part. Throws
 * `K_TABLE_NO_HELD_BACK` when no rows are held back, `K_BAD_TENSORS`.
 */
export function partOf(content: Uint8Array, rows: DatasetRows): Uint8Array {
  const { heldBackRows = 0, ...table } = decodeTable(content);
  if (rows === 'held-back' && heldBackRows === 0) {
    throw tableError(
      'K_TABLE_NO_HELD_BACK',
      'No rows of the table are held back from training.',
      'Ask the owner to publish the dataset with rows held back: koinon data publish FILE --held-back 0.2',
    );
  }
  const training = table.rows - heldBackRows;
  const [from, to] = rows === 'training' ? [0, training] : [training, table.rows];
  const columns = table.columns.map(column =>
    column.type === 'number'
      ? { ...column, values: column.values.slice(from, to) }
      : { ...column, codes: column.codes.slice(from, to) },
  );
  return tableBytes({ rows: to - from, columns });
}

function pickTableRows(table: Table, rows: Uint32Array): Table {
  const columns = table.columns.map(column =>
    column.type === 'number'
      ? { ...column, values: Float32Array.from(rows, row => column.values[row]!) }
      : { ...column, codes: Int32Array.from(rows, row => column.codes[row]!) },
  );
  return { rows: rows.length, columns };
}

/** Rows by the target's word, rather than by what stood in the file: rare words are one class here. */
function groupsOf(table: Table, target: string | undefined): number[][] {
  const column = table.columns.find(({ name }) => name === target);
  const groups = new Map<number, number[]>();
  for (let row = 0; row < table.rows; row++) {
    const code = column?.type === 'category' ? column.codes[row]! : 0;
    const group = groups.get(code);
    if (group === undefined) groups.set(code, [row]);
    else group.push(row);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
