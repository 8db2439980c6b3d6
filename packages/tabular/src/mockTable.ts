import type { TableDescription } from './describeTable.ts';
import { seedBytes, seededRandom } from './random.ts';
import { type RawTable, tableOfRows } from './rawTable.ts';

/**
 * A table of the same shape as the private one, made from its public description alone: words evenly from the
 * dictionary, numbers evenly from the range the owner stated (0 to 100 where none), a twentieth of the features
 * missing. It is for trying programs, and says nothing about any row or about how columns hang together.
 */
export function mockTable(
  description: TableDescription,
  options: { rows: number; seed: Uint8Array | number },
): RawTable {
  const random = seededRandom(seedBytes(options.seed));
  const rows = Array.from({ length: options.rows }, (_, row) =>
    description.columns.map(column => {
      if (column.name !== description.target && random.below(20) === 0) return '';
      if (column.type === 'category') {
        const words = column.dictionary;
        if (words.length === 0) return '';
        // The first rows go through all classes, so that a mock of few rows can be trained on.
        const isTarget = column.name === description.target;
        return words[isTarget && row < words.length ? row : random.below(words.length)]!;
      }
      const [from, to] = column.range ?? [0, 100];
      return (from + random.unit() * (to - from)).toFixed(to - from > 10 ? 0 : 2);
    }),
  );
  return tableOfRows(
    description.columns.map(column => column.name),
    rows,
  );
}
