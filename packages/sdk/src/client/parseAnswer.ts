import type { z } from 'zod';
import { notPromised } from './refusal.ts';

/** The value as the schema has it. Throws `K_NODE_ANSWER` with the first thing that is wrong. */
export function parseAnswer<S extends z.ZodType>(schema: S, value: unknown, asked: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw notPromised(asked, `${path.length === 0 ? '' : `at ${path.join('.')}, `}${message}`, parsed.error);
}
