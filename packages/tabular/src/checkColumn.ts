import type { ColumnFacts } from './columnFacts.ts';
import { CLASSES_MAX, DICTIONARY_MAX_WORDS, NUMERIC_CLASSES_MAX, WORD_MAX_LENGTH } from './limits.ts';
import { nearestName } from './nearestName.ts';
import type { RawTable } from './rawTable.ts';
import { quoteWord, shown, tableError } from './tableError.ts';

/** Throws `K_TABLE_NO_SUCH_COLUMN`, with the nearest name there is. */
export function requireColumn(raw: RawTable, name: string, what: 'target' | 'column'): void {
  if (raw.columns.includes(name)) return;
  const nearest = nearestName(name, raw.columns);
  const listed = raw.columns.slice(0, 20).map(shown).join(', ');
  throw tableError(
    'K_TABLE_NO_SUCH_COLUMN',
    `The table has no ${what} ${shown(name)}${nearest === undefined ? '' : `; did you mean ${shown(nearest)}?`}`,
    `The columns are ${listed}${raw.columns.length > 20 ? ', …' : ''}.`,
    { wanted: name, ...(nearest === undefined ? {} : { nearest }) },
  );
}

/** Outputs of a model have these names, and an input cannot share one. */
export function checkFeatureName(name: string): void {
  if (name !== 'label' && name !== 'probabilities') return;
  throw tableError(
    'K_TABLE_RESERVED_NAME',
    `Column ${shown(name)} has the name of a model's output.`,
    `Rename it, make it the target, or leave it out with --exclude ${name}.`,
  );
}

/** True when the words are no categories: mostly different from row to row, too many, or too long. */
export function isTextColumn(facts: ColumnFacts): boolean {
  if (!facts.isCounted || facts.longest > WORD_MAX_LENGTH) return true;
  let present = 0;
  for (const count of facts.counts.values()) present += count;
  return facts.counts.size >= 10 && facts.counts.size > present / 2;
}

/** Refuses cells of a category that could not be shown or carried safely. */
export function checkWords(raw: RawTable, index: number, facts: ColumnFacts): void {
  const name = shown(raw.columns[index]!);
  if (facts.firstFormula !== undefined) {
    throw tableError(
      'K_TABLE_FORMULA',
      `Column ${name} has the formula ${shown(raw.cell(facts.firstFormula, index))} in line ${raw.lineOf(facts.firstFormula)}; a spreadsheet that opens the table would run it.`,
      'Export values instead of formulas.',
    );
  }
  if (facts.firstControl !== undefined) {
    throw tableError(
      'K_TABLE_CONTROL_CHARACTER',
      `Column ${name} has a line break or another control character in line ${raw.lineOf(facts.firstControl)}.`,
      `Remove it, or leave the column out with --exclude ${quoteWord(raw.columns[index]!)}.`,
    );
  }
}

export function textColumns(
  raw: RawTable,
  texts: readonly { name: string; facts: ColumnFacts; index: number }[],
): Error {
  const names = texts.map(text => shown(text.name)).join(', ');
  const flags = texts.map(text => `--exclude ${quoteWord(text.name)}`).join(' ');
  const first = texts[0]!;
  const distinct = first.facts.isCounted ? `${first.facts.counts.size}` : `more than ${DICTIONARY_MAX_WORDS}`;
  const isOne = texts.length === 1;
  return tableError(
    'K_TABLE_TEXT_COLUMN',
    `${isOne ? 'Column' : 'Columns'} ${names} ${isOne ? 'holds' : 'hold'} text, not numbers or categories (${shown(first.name)} has ${distinct} different values in ${raw.rows} rows), and may name people.${almostNumber(raw, first)}`,
    `Leave ${isOne ? 'it' : 'them'} out: ${flags}`,
    { columns: texts.map(text => text.name) },
  );
}

/** A column of numbers with some stray words is the usual reason for too many categories. */
function almostNumber(raw: RawTable, { facts, index }: { facts: ColumnFacts; index: number }): string {
  if (facts.firstWord === undefined) return '';
  const word = raw.cell(facts.firstWord, index);
  if (/^[+-]?[0-9]+,[0-9]+$/.test(word))
    return ` Its numbers have a decimal comma (${shown(word)}); write a point.`;
  if (facts.numbers < (raw.rows - facts.missing) / 2) return '';
  return ` Most of its cells are numbers, but line ${raw.lineOf(facts.firstWord)} has ${shown(word)}.`;
}

/** A target has 2 to 64 classes, each a word or one of a few numbers. */
export function checkTarget(raw: RawTable, index: number, facts: ColumnFacts): void {
  const name = shown(raw.columns[index]!);
  const classes = facts.counts.size;
  if (classes === 0) {
    throw tableError(
      'K_TABLE_ONE_CLASS',
      `The target ${name} has no values.`,
      'Choose another column with --target.',
    );
  }
  if (classes === 1) {
    throw tableError(
      'K_TABLE_ONE_CLASS',
      `The target ${name} has the same value ${shown([...facts.counts.keys()][0]!)} in every row, so there is nothing to tell apart.`,
      'Give rows of at least two classes, or choose another column with --target.',
    );
  }
  const isNumeric = facts.firstWord === undefined;
  if (classes > (isNumeric ? NUMERIC_CLASSES_MAX : CLASSES_MAX) || facts.longest > WORD_MAX_LENGTH) {
    const count = facts.isCounted ? `${classes}` : `more than ${DICTIONARY_MAX_WORDS}`;
    throw tableError(
      'K_TABLE_TARGET_NOT_A_CLASS',
      `The target ${name} has ${count} different ${isNumeric ? 'numbers' : 'words'}; a class has at most ${isNumeric ? NUMERIC_CLASSES_MAX : CLASSES_MAX}.`,
      isNumeric
        ? 'Sort the numbers into a few classes (for example yes and no), or choose another column with --target.'
        : 'Choose another column with --target.',
    );
  }
  if (facts.firstNotFinite !== undefined) {
    throw tableError(
      'K_TABLE_NOT_FINITE',
      `The target ${name} has ${shown(raw.cell(facts.firstNotFinite, index))} in line ${raw.lineOf(facts.firstNotFinite)}.`,
      'Leave the cell empty where the class is not known.',
    );
  }
  checkWords(raw, index, facts);
}
