import type { RawTable } from './rawTable.ts';
import { shown, tableError } from './tableError.ts';

/** The word that stands for all categories too rare to be named. */
export const OTHER = 'other';

/**
 * The dictionary of a column: its words in ascending order of UTF-16 code units. Words in fewer than `minRows` rows
 * are folded into `other`.
 */
export function foldedDictionary(raw: RawTable, column: number, minRows: number): string[] {
  const counts = new Map<string, number>();
  for (let row = 0; row < raw.rows; row++) {
    const word = raw.cell(row, column);
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const kept = new Set<string>();
  for (const [word, count] of counts) kept.add(count < minRows ? OTHER : word);
  return [...kept].sort();
}

/** Throws `K_TABLE_RARE_CLASS` when folding leaves the target fewer than two classes of their own. */
export function requireClasses(target: string, dictionary: readonly string[], minRows: number): void {
  if (dictionary.filter(word => word !== OTHER).length >= 2 || minRows <= 1) return;
  throw tableError(
    'K_TABLE_RARE_CLASS',
    `The target ${shown(target)} has fewer than two classes with at least ${minRows} rows each.`,
    'Give more rows, or merge rare classes; the minimum protects the people behind few rows.',
  );
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
