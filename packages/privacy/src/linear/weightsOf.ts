import type { TableDescription } from '@koinon/protocol';
import { readScores } from './readLinear.ts';

/** A weight of a model: of a number column per unit of its grid, of a category for one of its words. */
export interface ColumnWeight {
  /** The class it speaks for, against the first one. */
  class: string;
  column: string;
  word?: string;
  weight: number;
}

/**
 * The weights of a linear model by column, largest first; none of those that are zero. Undefined for a file that is no model
 * of a class the gate knows over columns of this dataset.
 */
export function weightsOf(
  bytes: Uint8Array,
  description: TableDescription,
  target: unknown,
): ColumnWeight[] | undefined {
  const column = description.columns.find(({ name }) => name === target);
  if (column?.type !== 'category') return undefined;
  const features = description.columns.filter(each => each !== column);
  const slots = features.flatMap(feature =>
    feature.type === 'number'
      ? [{ column: feature.name }]
      : feature.dictionary.map(word => ({ column: feature.name, word })),
  );
  let scores: ReturnType<typeof readScores>;
  try {
    scores = readScores(bytes, column.dictionary, features);
  } catch {
    return undefined;
  }
  const [first, ...others] = scores;
  return others
    .flatMap((score, k) =>
      slots.map((slot, i) => ({
        class: column.dictionary[k + 1]!,
        ...slot,
        weight: score[i + 1]! - first![i + 1]!,
      })),
    )
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
