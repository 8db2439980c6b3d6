import { schema } from '@koinon/protocol';
import { z } from 'zod';

/** Pieces the answers are made of, as they stand in JSON. */
export const decimal = z.string().regex(/^(0|[1-9][0-9]*)$/);
export const { address, bytes32, cid } = schema;
export const count = z.number().int().nonnegative();
/** Milliseconds since 1970. */
export const timeMs = z.number().nonnegative();
/** Why a step, a study or a job failed. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string().optional(),
});
/** Where a transaction ended up. */
export const mined = z.object({
  transaction: bytes32,
  block: count,
  blockHash: bytes32,
  gasUsed: decimal,
});
/** The last anchor of a log; size 0 and root of zero bytes before the first. */
export const head = z.object({ size: decimal, root: bytes32, block: count });
/** A `KoinonError` as the API tells it. */
const errorRecord = z.object({
  code: z
    .string()
    .regex(/^K_[A-Z0-9_]+$/)
    .transform(code => code as `K_${string}`),
  message: z.string(),
  fault: z.enum(['user', 'peer', 'chain', 'platform', 'bug']),
  data: z.record(z.string(), z.unknown()),
  next: z.string().optional(),
});
/** The body of every error, but below /v2. */
export const errorAnswer = z.object({ error: errorRecord });
/** The body of an error below /v2: a sentence, as the Open Inference Protocol has it. */
export const inferenceErrorAnswer = z.object({ error: z.string() });
