import {
  checkFeatureName,
  checkTarget,
  checkWords,
  isTextColumn,
  requireColumn,
  textColumns,
} from './checkColumn.ts';
import { type ColumnFacts, columnFacts } from './columnFacts.ts';
import type { RawTable } from './rawTable.ts';
import { quoteWord, shown, tableError } from './tableError.ts';
import type { ColumnType, TableSchema, TableWarning } from './tableSchema.ts';

export interface InferOptions {
  /** Column to predict: read as a category whatever it looks like. */
  target?: string;
  overrides?: Readonly<Record<string, ColumnType>>;
  /** Columns to leave out. */
  exclude?: readonly string[];
}

/**
 * The type of every column: a number when every cell present is one, else a category. Refuses what no model can be
 * trained on, before anything is encoded or signed: `K_TABLE_NO_SUCH_COLUMN` (with the nearest name),
 * `K_TABLE_TEXT_COLUMN`, `K_TABLE_NOT_FINITE`, `K_TABLE_NOT_A_NUMBER`, `K_TABLE_FORMULA`,
 * `K_TABLE_CONTROL_CHARACTER`, `K_TABLE_ONE_CLASS`, `K_TABLE_TARGET_NOT_A_CLASS`, `K_TABLE_NO_FEATURES`,
 * `K_TABLE_RESERVED_NAME`.
 */
export function inferSchema(raw: RawTable, options: InferOptions = {}): TableSchema {
  const { target, overrides = {}, exclude = [] } = options;
  for (const name of [...(target === undefined ? [] : [target]), ...Object.keys(overrides), ...exclude]) {
    requireColumn(raw, name, name === target ? 'target' : 'column');
  }
  if (target !== undefined && exclude.includes(target)) {
    throw tableError(
      'K_TABLE_NO_SUCH_COLUMN',
      `The target ${shown(target)} is excluded.`,
      'Exclude another column.',
    );
  }
  const schema: TableSchema = { columns: [], excluded: [...exclude], warnings: [] };
  const texts: { name: string; facts: ColumnFacts; index: number }[] = [];
  for (const [index, name] of raw.columns.entries()) {
    if (exclude.includes(name)) continue;
    const facts = columnFacts(raw, index);
    if (name === target) {
      checkTarget(raw, index, facts);
      schema.columns.push({ name, type: 'category' });
      continue;
    }
    checkFeatureName(name);
    const type = typeOf(raw, index, facts, overrides[name]);
    if (type === 'category') {
      if (isTextColumn(facts)) texts.push({ name, facts, index });
      else checkWords(raw, index, facts);
    }
    schema.columns.push({ name, type });
    schema.warnings.push(...warningsOf(raw, name, type, facts));
  }
  if (texts.length > 0) throw textColumns(raw, texts);
  if (target !== undefined) {
    schema.target = target;
    schema.warnings.push(...unlabelled(raw, target));
  }
  if (schema.columns.length < (target === undefined ? 1 : 2)) {
    throw tableError(
      'K_TABLE_NO_FEATURES',
      'No column is left to predict from.',
      'Give a table with more columns, or exclude fewer. Columns are parted by comma, semicolon or tab.',
    );
  }
  return schema;
}

function typeOf(raw: RawTable, index: number, facts: ColumnFacts, override?: ColumnType): ColumnType {
  if (override === 'category') return 'category';
  const name = raw.columns[index]!;
  if (facts.firstWord !== undefined && override === undefined) return 'category';
  if (facts.firstWord !== undefined) {
    throw tableError(
      'K_TABLE_NOT_A_NUMBER',
      `Column ${shown(name)} was to be a number, but line ${raw.lineOf(facts.firstWord)} has ${shown(raw.cell(facts.firstWord, index))}.`,
      'Correct the cell, leave it empty, or let the column be a category.',
      { column: name },
    );
  }
  if (facts.firstNotFinite !== undefined) {
    throw tableError(
      'K_TABLE_NOT_FINITE',
      `Column ${shown(name)} has ${shown(raw.cell(facts.firstNotFinite, index))} in line ${raw.lineOf(facts.firstNotFinite)}, which is no finite float32.`,
      'Leave the cell empty where a value is missing, or give it in another unit.',
      { column: name },
    );
  }
  return 'number';
}

function warningsOf(raw: RawTable, name: string, type: ColumnType, facts: ColumnFacts): TableWarning[] {
  const present = raw.rows - facts.missing;
  if (present === 0) {
    return [{ code: 'K_TABLE_EMPTY_COLUMN', column: name, message: `Column ${shown(name)} has no values.` }];
  }
  const looksLikeId =
    /(^|[^a-z])(id|key|uuid|mrn|ssn|nr|no|number|index)$/i.test(name) || /Id$|^id/.test(name);
  if (type === 'number' && facts.isWhole && looksLikeId && isUnique(raw, raw.columns.indexOf(name))) {
    const message = `Column ${shown(name)} looks like an identifier: every value is different. It says nothing about new rows and may name a person; exclude it with --exclude ${quoteWord(name)}.`;
    return [{ code: 'K_TABLE_ID_COLUMN', column: name, message }];
  }
  if (facts.counts.size === 1 && facts.isCounted && facts.missing === 0) {
    return [
      {
        code: 'K_TABLE_CONSTANT_COLUMN',
        column: name,
        message: `Column ${shown(name)} has the same value in every row.`,
      },
    ];
  }
  return [];
}

function isUnique(raw: RawTable, column: number): boolean {
  const seen = new Set<string>();
  for (let row = 0; row < raw.rows; row++) {
    const text = raw.cell(row, column);
    if (text === '') continue;
    if (seen.has(text)) return false;
    seen.add(text);
  }
  return seen.size > 10;
}

function unlabelled(raw: RawTable, target: string): TableWarning[] {
  const index = raw.columns.indexOf(target);
  let count = 0;
  for (let row = 0; row < raw.rows; row++) if (raw.cell(row, index) === '') count++;
  if (count === 0) return [];
  const message = `${count} of ${raw.rows} rows have no ${shown(target)}; they are not used in training.`;
  return [{ code: 'K_TABLE_TARGET_MISSING_CELLS', column: target, message }];
}
