import type { TableDescription } from '@koinon/protocol';
import { readScores } from './readLinear.ts';

/**
 * Whether a file is a model of a class the gate knows, over columns of this dataset: what may be measured on private rows.
 * A model is a function of the row's own features, so no answer can be prepared for a row by its place.
 */
export function isKnownModel(bytes: Uint8Array, description: TableDescription, target: unknown): boolean {
  const column = description.columns.find(({ name }) => name === target);
  if (column?.type !== 'category') return false;
  try {
    readScores(
      bytes,
      column.dictionary,
      description.columns.filter(each => each !== column),
    );
    return true;
  } catch {
    return false;
  }
}
