import { z } from 'zod';
import { KoinonError } from './errors.ts';
import { isPowerOfTwo } from './exactly.ts';

/**
 * Where a number column stands, for everybody to know: `unit` is a power of two near its deviation, `centre` a multiple of
 * the unit near its mean. A model's weights are told per unit from the centre, and a missing cell counts as the centre.
 */
const grid = z
  .strictObject({
    centre: z.number(),
    unit: z.number().positive(),
  })
  .refine(({ unit }) => isPowerOfTwo(unit), 'the unit must be a power of two')
  .refine(({ centre, unit }) => Number.isInteger(centre / unit), 'the centre must be a multiple of the unit');
export type NumberGrid = z.infer<typeof grid>;

const publicColumn = z.discriminatedUnion('type', [
  z.strictObject({
    name: z.string().min(1).max(256),
    type: z.literal('number'),
    grid,
    /** Bounds the owner stated, from knowledge and not from the cells. */
    range: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low < high, 'a range must go from less to more')
      .optional(),
  }),
  z.strictObject({
    name: z.string().min(1).max(256),
    type: z.literal('category'),
    /** Sorted by code unit; each word stands in at least the policy's minimum of rows. */
    dictionary: z
      .array(z.string().min(1).max(1024))
      .max(100_001)
      .refine(isSortedUnique, 'words must be sorted, each once'),
  }),
]);
export type PublicColumn = z.infer<typeof publicColumn>;

/** No more than two digits say anything: the rest would come near to telling whether one person is in the table. */
const roughCount = z
  .number()
  .int()
  .min(0)
  .refine(rows => /^\d{1,2}0*$/.test(`${rows}`), 'must be rounded to two significant digits');

/** What everybody may know of a private table: no cell, no exact count. Bounds on what leaves are computed from it alone. */
export const tableDescriptionSchema = z
  .strictObject({
    version: z.literal(2),
    /** Rows programs train on, rounded down to two significant digits. */
    approximateRows: roughCount,
    /** Rows held back from training to test models on, rounded the same way; 0 for none. */
    approximateHeldBackRows: roughCount,
    columns: z
      .array(publicColumn)
      .min(1)
      .max(4096)
      .refine(
        columns => new Set(columns.map(column => column.name)).size === columns.length,
        'no two columns may have one name',
      ),
    /** The column models are meant to predict; a category. */
    target: z.string().max(256).optional(),
  })
  .refine(
    ({ columns, target }) =>
      target === undefined || columns.some(column => column.name === target && column.type === 'category'),
    'the target must be one of the category columns',
  );
export type TableDescription = z.infer<typeof tableDescriptionSchema>;

/** Names of what a Croissant record says about a table beyond Croissant's own vocabulary. */
export const DESCRIPTION_KEY = 'koinon:table';

/** The description in a dataset's Croissant record. Throws `K_BAD_DESCRIPTION`. */
export function readDescription(record: unknown): TableDescription {
  const value =
    typeof record === 'object' && record !== null ? Reflect.get(record, DESCRIPTION_KEY) : undefined;
  const parsed = tableDescriptionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new KoinonError({
    code: 'K_BAD_DESCRIPTION',
    message: `The record of the dataset does not describe its table: ${z.prettifyError(parsed.error)}`,
    fault: 'peer',
    next: 'Ask the owner to publish the dataset again with this version.',
  });
}

function isSortedUnique(words: readonly string[]): boolean {
  return words.every((word, i) => i === 0 || words[i - 1]! < word);
}
