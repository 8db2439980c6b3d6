import { KoinonError } from '@koinon/protocol';
import { z } from 'zod';

/** Parses a part of a request. Throws `K_BAD_REQUEST`. */
export function parse<S extends z.ZodType>(valueSchema: S, value: unknown): z.output<S> {
  const parsed = valueSchema.safeParse(value);
  if (parsed.success) return parsed.data as z.output<S>;
  throw new KoinonError({
    code: 'K_BAD_REQUEST',
    message: `The request is malformed: ${z.prettifyError(parsed.error)}.`,
    fault: 'user',
  });
}
