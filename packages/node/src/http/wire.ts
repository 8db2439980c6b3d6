import { schema } from '@koinon/protocol';
import { z } from 'zod';

/** Pieces the answers are made of, as they stand in JSON. */
export const decimal = z.string().regex(/^(0|[1-9][0-9]*)$/);
export const { address, bytes32, cid } = schema;
export const count = z.number().int().nonnegative();
/** Milliseconds since 1970. */
export const timeMs = z.number().nonnegative();
export const failure = z.strictObject({
  code: z.string(),
  message: z.string(),
  next: z.string().optional(),
});
/** Where a transaction ended up. */
export const mined = z.strictObject({
  transaction: bytes32,
  block: count,
  blockHash: bytes32,
  gasUsed: decimal,
});
/** The last anchor of a log; size 0 and root of zero bytes before the first. */
export const head = z.strictObject({ size: decimal, root: bytes32, block: count });
export const errorRecord = z.strictObject({
  code: z.string().regex(/^K_[A-Z0-9_]+$/),
  message: z.string(),
  fault: z.enum(['user', 'peer', 'chain', 'platform', 'bug']),
  data: z.record(z.string(), z.unknown()),
  next: z.string().optional(),
});
