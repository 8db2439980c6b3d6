import { ascending } from '@koinon/protocol';
import type { RawTable } from './rawTable.ts';
import { shown, tableError } from './tableError.ts';

/** The word that stands for all categories too rare to be named. */
export const OTHER = 'other';

/**
 * The dictionary of a column: its words in ascending order of UTF-16 code units. Words in fewer than `minRows` rows
 * are folded into `other`.
 */
export function foldedDictionary(raw: RawTable, column: number, minRows: number): string[] {
  const kept = new Set<string>();
  for (const [word, count] of countWords(raw, column)) kept.add(count < minRows ? OTHER : word);
  return [...kept].sort();
}

/**
 * The dictionary of a target: as any other, but `other` takes in the next rarest classes until it has `minRows` rows
 * itself, for a model names its classes. Throws `K_TABLE_RARE_CLASS` when fewer than two keep their own name.
 */
export function classDictionary(raw: RawTable, column: number, minRows: number): string[] {
  const counts = [...countWords(raw, column)].sort(([a, n], [b, m]) => n - m || ascending(a, b));
  const kept: string[] = [];
  let folded = 0;
  for (const [word, count] of counts) {
    if (count < minRows || (folded > 0 && folded < minRows)) folded += count;
    else kept.push(word);
  }
  if (folded > 0 && kept.filter(word => word !== OTHER).length < 2) {
    throw tableError(
      'K_TABLE_RARE_CLASS',
      `The target ${shown(raw.columns[column]!)} has fewer than two classes with at least ${minRows} rows each, once rarer ones are put together.`,
      'Give more rows, or merge rare classes; the minimum protects the people behind few rows.',
    );
  }
  return [...new Set(folded > 0 ? [...kept, OTHER] : kept)].sort();
}

function countWords(raw: RawTable, column: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < raw.rows; row++) {
    const word = raw.cell(row, column);
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Code of each row: the word's place in the dictionary, that of `other` for a word it lacks, -1 for missing. */
export function codesOf(raw: RawTable, column: number, dictionary: readonly string[]): Int32Array {
  const places = new Map(dictionary.map((word, place) => [word, place]));
  const other = places.get(OTHER) ?? -1;
  const codes = new Int32Array(raw.rows);
  for (let row = 0; row < raw.rows; row++) {
    const word = raw.cell(row, column);
    codes[row] = word === '' ? -1 : (places.get(word) ?? other);
  }
  return codes;
}
