import { canonicalJson } from '@koinon/protocol';
import { z } from 'zod';
import { parseDecimal } from './decimal.ts';
import { classDictionary, codesOf, foldedDictionary } from './dictionary.ts';
import {
  CLASSES_MAX,
  COLUMN_NAME_MAX_LENGTH,
  DICTIONARY_MAX_WORDS,
  TABLE_LIMITS,
  WORD_MAX_LENGTH,
} from './limits.ts';
import type { RawTable } from './rawTable.ts';
import { bad, decodeSafetensors, encodeSafetensors, type Tensor } from './safetensors.ts';
import { shown, tableError } from './tableError.ts';
import type { TableSchema } from './tableSchema.ts';

/** A column of a table as programs see it. */
export type TableColumn =
  | { name: string; type: 'number' /** NaN where missing. */; values: Float32Array }
  | { name: string; type: 'category'; dictionary: string[] /** -1 where missing. */; codes: Int32Array };

export interface Table {
  /** All rows, those held back included. */
  rows: number;
  /** How many of the last rows are held back from training; absent where none are, as in any table a program sees. */
  heldBackRows?: number;
  columns: TableColumn[];
}

/** Words of each category column, by column name. */
export type Dictionaries = Readonly<Record<string, readonly string[]>>;

export interface EncodeOptions {
  /** A category in fewer rows than this is folded into `other`; 1 folds nothing. */
  minCategoryRows?: number;
  /** Dictionaries to use instead of the table's own: those of the private part, for its public part. */
  dictionaries?: Dictionaries;
}

const METADATA_KEY = 'koinon.table';

/** Types the cells. Throws `K_TABLE_NOT_FINITE`, `K_TABLE_RARE_CLASS`, `K_TABLE_NO_SUCH_COLUMN`. */
export function buildTable(raw: RawTable, schema: TableSchema, options: EncodeOptions = {}): Table {
  const { minCategoryRows = 1, dictionaries = {} } = options;
  const columns = schema.columns.map(({ name, type }): TableColumn => {
    const index = raw.columns.indexOf(name);
    if (index < 0)
      throw tableError(
        'K_TABLE_NO_SUCH_COLUMN',
        `The table has no column ${shown(name)}.`,
        'Use its own schema.',
      );
    if (type === 'number') return { name, type, values: numbersOf(raw, index) };
    const given = Object.hasOwn(dictionaries, name) ? dictionaries[name] : undefined;
    const fold = name === schema.target ? classDictionary : foldedDictionary;
    const dictionary = given === undefined ? fold(raw, index, minCategoryRows) : [...given];
    return { name, type, dictionary, codes: codesOf(raw, index, dictionary) };
  });
  return { rows: raw.rows, columns };
}

/** The bytes of `table.safetensors`: same cells and schema, same bytes. */
export function encodeTable(raw: RawTable, schema: TableSchema, options: EncodeOptions = {}): Uint8Array {
  return tableBytes(buildTable(raw, schema, options));
}

export function tableBytes(table: Table): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const column of table.columns) {
    const shape = [table.rows];
    if (column.type === 'number') tensors.set(column.name, { dtype: 'F32', shape, values: column.values });
    else tensors.set(column.name, { dtype: 'I32', shape, values: column.codes });
  }
  const columns = table.columns.map(column =>
    column.type === 'number'
      ? { name: column.name, type: column.type }
      : { name: column.name, type: column.type, dictionary: column.dictionary },
  );
  const heldBack = table.heldBackRows ? { heldBack: table.heldBackRows } : {};
  const description = canonicalJson({ version: 1, rows: table.rows, ...heldBack, columns });
  return encodeSafetensors({ tensors, metadata: new Map([[METADATA_KEY, description]]) });
}

const columnName = z
  .string()
  .min(1)
  .max(2 * COLUMN_NAME_MAX_LENGTH);
const descriptionSchema = z.strictObject({
  version: z.literal(1),
  rows: z.number().int().min(0).max(TABLE_LIMITS.rows),
  heldBack: z.number().int().min(1).max(TABLE_LIMITS.rows).optional(),
  columns: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ name: columnName, type: z.literal('number') }),
        z.strictObject({
          name: columnName,
          type: z.literal('category'),
          dictionary: z
            .array(z.string().min(1).max(WORD_MAX_LENGTH))
            .max(Math.max(DICTIONARY_MAX_WORDS, CLASSES_MAX) + 1),
        }),
      ]),
    )
    .min(1)
    .max(TABLE_LIMITS.columns),
});

/** Reads a table strictly: every number finite or NaN, every code inside its sorted dictionary. Throws `K_BAD_TENSORS`. */
export function decodeTable(bytes: Uint8Array): Table {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.size !== 1) throw bad('its metadata is not that of a table');
  const { rows, heldBack, columns } = parseDescription(metadata.get(METADATA_KEY));
  if (heldBack !== undefined && heldBack >= rows) throw bad('it holds back all its rows');
  if (tensors.size !== columns.length) throw bad('its tensors are not its columns');
  const table: Table = { rows, ...(heldBack === undefined ? {} : { heldBackRows: heldBack }), columns: [] };
  for (const column of columns) {
    const tensor = tensors.get(column.name);
    if (tensor?.shape.length !== 1 || tensor.shape[0] !== rows)
      throw bad(`column ${shown(column.name)} has no tensor`);
    tensors.delete(column.name);
    if (column.type === 'number' && tensor.dtype === 'F32') {
      if (tensor.values.some(value => Math.abs(value) === Infinity))
        throw bad(`${shown(column.name)} is infinite`);
      table.columns.push({ ...column, values: tensor.values });
    } else if (column.type === 'category' && tensor.dtype === 'I32') {
      const { dictionary } = column;
      if (dictionary.some((word, i) => i > 0 && dictionary[i - 1]! >= word)) {
        throw bad(`the dictionary of ${shown(column.name)} is not sorted`);
      }
      if (tensor.values.some(code => code < -1 || code >= dictionary.length)) {
        throw bad(`${shown(column.name)} has a code outside its dictionary`);
      }
      table.columns.push({ ...column, codes: tensor.values });
    } else throw bad(`column ${shown(column.name)} has a tensor of another type`);
  }
  return table;
}

/** The dictionaries of a table, for encoding another part of the same data. */
export function dictionariesOf(table: Table): Dictionaries {
  return Object.fromEntries(
    table.columns.flatMap(column => (column.type === 'category' ? [[column.name, column.dictionary]] : [])),
  );
}

function parseDescription(text: string | undefined): z.infer<typeof descriptionSchema> {
  if (text === undefined) throw bad(`it has no "${METADATA_KEY}" in its metadata`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(`"${METADATA_KEY}" is not JSON`, cause);
  }
  const parsed = descriptionSchema.safeParse(value);
  if (!parsed.success) throw bad(z.prettifyError(parsed.error));
  return parsed.data;
}

function numbersOf(raw: RawTable, column: number): Float32Array {
  const values = new Float32Array(raw.rows);
  for (let row = 0; row < raw.rows; row++) {
    const text = raw.cell(row, column);
    const value = text === '' ? Number.NaN : parseDecimal(text);
    if (text !== '' && !Number.isFinite(value)) {
      throw tableError(
        'K_TABLE_NOT_FINITE',
        `Column ${shown(raw.columns[column]!)} has ${shown(text)} in line ${raw.lineOf(row)}, which is no finite number.`,
        'Leave the cell empty where a value is missing.',
      );
    }
    // Minus zero would be a second encoding of the same value.
    values[row] = value === 0 ? 0 : value;
  }
  return values;
}
