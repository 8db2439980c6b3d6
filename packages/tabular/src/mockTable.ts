import type { PublicColumn, TableDescription } from '@koinon/protocol';
import { type SeededRandom, seedBytes, seededRandom } from './random.ts';
import { type RawTable, tableOfRows } from './rawTable.ts';

/**
 * A table of the same shape as the private one, made from its public description alone: words evenly from the
 * dictionary, numbers evenly from the range the owner stated, or within two units of the centre, a twentieth of the
 * features missing. It is for trying programs, and says nothing about any row or about how columns hang together.
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
      return mockNumber(column, random);
    }),
  );
  return tableOfRows(
    description.columns.map(column => column.name),
    rows,
  );
}

function mockNumber(column: PublicColumn & { type: 'number' }, random: SeededRandom): string {
  const { centre, unit } = column.grid;
  const [from, to] = column.range ?? [centre - 2 * unit, centre + 2 * unit];
  // A tenth of a unit is as fine as anybody needs it, and no finer than the text of a cell may be.
  const digits = Math.max(0, Math.min(12, Math.ceil(1 - Math.log10(unit))));
  const text = (from + random.unit() * (to - from)).toFixed(digits);
  return Number(text) < from ? `${from}` : Number(text) > to ? `${to}` : text;
}
