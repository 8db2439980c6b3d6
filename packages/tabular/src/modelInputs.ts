import { KoinonError } from '@koinon/protocol';
import { OTHER } from './dictionary.ts';
import type { Table } from './table.ts';
import { shown } from './tableError.ts';
import type { ColumnType } from './tableSchema.ts';

/** One input of a model as its metadata describes it. */
export interface ModelFeature {
  name: string;
  type: ColumnType;
  categories?: readonly string[];
}

/** A tensor [rows, 1] by the name of its column: float32 with NaN missing, or strings with '' missing. */
export type ModelInput =
  | { type: 'float32'; dims: [number, 1]; data: Float32Array }
  | { type: 'string'; dims: [number, 1]; data: string[] };

/** The columns a model asks for, as its inputs. Throws `K_TABLE_MISMATCH` when one is absent or of another type. */
export function tableToModelInputs(
  table: Table,
  features: readonly ModelFeature[],
): Record<string, ModelInput> {
  const entries = features.map((feature): [string, ModelInput] => {
    const column = table.columns.find(({ name }) => name === feature.name);
    if (column?.type !== feature.type) {
      throw new KoinonError({
        code: 'K_TABLE_MISMATCH',
        message: `The model asks for a ${feature.type} column ${shown(feature.name)}; the table has ${column === undefined ? 'none of that name' : `a ${column.type}`}.`,
        fault: 'user',
        next: "Give a table with the model's columns; `koinon models show` lists them.",
      });
    }
    const dims: [number, 1] = [table.rows, 1];
    if (column.type === 'number') return [column.name, { type: 'float32', dims, data: column.values }];
    const words = column.dictionary.map(word => knownWord(word, feature.categories));
    return [column.name, { type: 'string', dims, data: Array.from(column.codes, code => words[code] ?? '') }];
  });
  return Object.fromEntries(entries);
}

/** A word the model was not trained on is what rare words were folded into, where it knows that. */
function knownWord(word: string, categories: readonly string[] | undefined): string {
  if (categories === undefined || categories.includes(word) || !categories.includes(OTHER)) return word;
  return OTHER;
}
