import { type Hex, toHex } from '@koinon/protocol';
import { z } from 'zod';

/**
 * Schemas of the columns of a row. Integers leave the database as `bigint`; what is used as a number says so here
 * and is refused beyond 2^53. Amounts go up to 256 bits and are kept as decimal text.
 */
export const column = {
  integer: z
    .bigint()
    .refine(value => BigInt.asIntN(54, value) === value, 'beyond 2^53')
    .transform(Number),
  bigint: z.bigint(),
  real: z.union([z.number(), z.bigint().transform(Number)]),
  boolean: z.bigint().transform(value => value !== 0n),
  text: z.string(),
  bytes: z.instanceof(Uint8Array),
  /** Bytes, as hexadecimal. */
  hex: z.instanceof(Uint8Array).transform((bytes): Hex => toHex(bytes)),
  /** Decimal text, as `bigint`. */
  amount: z
    .string()
    .regex(/^-?(0|[1-9][0-9]*)$/)
    .transform(BigInt),
  /** JSON text, parsed and then held against the schema. */
  json: <S extends z.ZodType>(schema: S) =>
    z
      .string()
      .transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          context.addIssue('not JSON');
          return z.NEVER;
        }
      })
      .pipe(schema),
};
