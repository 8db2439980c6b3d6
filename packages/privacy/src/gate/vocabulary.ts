import { type Manifest, utf8 } from '@koinon/protocol';
import { z } from 'zod';

/** A column of the private table: its words, or the cells its words would be read from. */
export type KnownColumn =
  | { type: 'number'; values: Float32Array }
  | { type: 'category'; words: readonly string[]; codes: Int32Array };

/** What the gate knows of the private data: names that may leave because the owner made them public. */
export interface Vocabulary {
  rows: number;
  columns: ReadonlyMap<string, KnownColumn>;
  /** What a job predicts, by its parameters. */
  target: KnownColumn | undefined;
}

const descriptionSchema = z.object({
  rows: z.number().int().nonnegative(),
  columns: z.array(
    z.discriminatedUnion('type', [
      z.object({ name: z.string(), type: z.literal('number') }),
      z.object({ name: z.string(), type: z.literal('category'), dictionary: z.array(z.string()) }),
    ]),
  ),
});
const tensorSchema = z.object({ data_offsets: z.tuple([z.number().int(), z.number().int()]) });

/**
 * Names and rows of the dataset that a manifest reads, from the custodian's own table file. Undefined when there is
 * no table among the datasets; then no name may leave.
 */
export function vocabularyOf(
  manifest: Manifest,
  inputs: ReadonlyMap<string, Uint8Array>,
): Vocabulary | undefined {
  for (const { name, source } of manifest.inputs) {
    const bytes = inputs.get(name);
    if (!('dataset' in source) || bytes === undefined) continue;
    const table = readTable(bytes);
    if (table === undefined) continue;
    const target = manifest.params['target'];
    return { ...table, target: typeof target === 'string' ? table.columns.get(target) : undefined };
  }
  return undefined;
}

/** Rows of a column whose cell is this word; for a number, whose cell is this number in its shortest writing. */
export function rowsWith(column: KnownColumn, word: string): number {
  let count = 0;
  if (column.type === 'category') {
    const code = column.words.indexOf(word);
    if (code < 0) return 0;
    for (const found of column.codes) if (found === code) count++;
    return count;
  }
  const value = Number(word);
  if (String(value) !== word) return 0;
  for (const found of column.values) if (found === Math.fround(value)) count++;
  return count;
}

function readTable(bytes: Uint8Array): Omit<Vocabulary, 'target'> | undefined {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 8 + Number(view.getBigUint64(0, true));
    const header = JSON.parse(utf8.decode(bytes.subarray(8, start)));
    const { rows, columns } = descriptionSchema.parse(JSON.parse(header.__metadata__['koinon.table']));
    const known = new Map<string, KnownColumn>();
    for (const column of columns) {
      const [from, to] = tensorSchema.parse(header[column.name]).data_offsets;
      const { buffer } = bytes.slice(start + from, start + to);
      if (column.type === 'number')
        known.set(column.name, { type: 'number', values: new Float32Array(buffer) });
      else
        known.set(column.name, { type: 'category', words: column.dictionary, codes: new Int32Array(buffer) });
    }
    return { rows, columns: known };
  } catch {
    return undefined;
  }
}
