import { z } from 'zod';
import type { Hex } from './bytes.ts';
import { parseCid } from './cid.ts';

/** Schemas of the small values everything else is made of. */
export const hex = z
  .string()
  .regex(/^0x([0-9a-f]{2})*$/i)
  .transform(text => text.toLowerCase() as Hex);
export const bytes32 = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/i)
  .transform(text => text.toLowerCase() as Hex);
export const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i)
  .transform(text => text.toLowerCase() as Hex);
export const signature = z
  .string()
  .regex(/^0x[0-9a-f]{130}$/i)
  .transform(text => text.toLowerCase() as Hex);

/** An unsigned integer below 2^bits, as a bigint or its decimal text. */
export function uint(bits: number) {
  return z
    .union([z.bigint(), z.string().regex(/^(0|[1-9][0-9]{0,77})$/), z.number().int().nonnegative().safe()])
    .transform(value => BigInt(value))
    .refine(value => value >= 0n && value < 1n << BigInt(bits), `must be below 2^${bits}`);
}

/** An unsigned integer below 2^bits (at most 32), as a number. */
export function smallUint(bits: number) {
  return z
    .number()
    .int()
    .min(0)
    .max(2 ** bits - 1);
}

export const cid = z.string().refine(text => {
  try {
    parseCid(text);
    return true;
  } catch {
    return false;
  }
}, 'not a CID of this network');

/** A file name below /in or /out: no folders, no leading dot, at most 64 characters. */
export const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/);

/** Raw bytes, at most `maximum` of them. */
export function byteString(maximum: number) {
  return z.custom<Uint8Array>(
    value => value instanceof Uint8Array && value.length <= maximum,
    `not bytes, or more than ${maximum}`,
  );
}
