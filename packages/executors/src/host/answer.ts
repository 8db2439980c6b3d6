import { KoinonError, schema } from '@koinon/protocol';
import { MAX_STEPS } from '@koinon/runtime';
import { z } from 'zod';
import type { Message } from '../message.ts';
import { hostGarbled, hostKilled, hostMemory } from './failures.ts';

/** Files a program may leave below /out; the runtime's own limit is not above it. */
export const MAX_OUTPUTS = 1_024;

/** What a child may say. It may have been taken over by the program it ran, so every word is checked. */
/** Whatever a program called its file; only declared names leave the node, and those are stricter. */
const outputName = z
  .string()
  .min(1)
  .max(255)
  .refine(name => !/[/\0]/.test(name) && name !== '.' && name !== '..');
const progressSchema = z.strictObject({ kind: z.literal('progress'), fuel: schema.uint(64) });
const resultSchema = z.strictObject({
  kind: z.literal('result'),
  exitCode: schema.smallUint(32),
  fuel: schema.uint(64),
  traceRoot: schema.bytes32,
  trap: z.string().max(4_096).optional(),
  /** Of the outputs; files 0 and 1 are stdout and stderr. */
  names: z.array(outputName).max(MAX_OUTPUTS),
  /** Where the program ran in WebAssembly: its steps, whose roots are one more file, and how many of them were not run. */
  steps: z.number().int().min(1).max(MAX_STEPS).optional(),
  resumed: z.number().int().min(0).max(MAX_STEPS).optional(),
});
/** One file: the checkpoint. */
const checkpointSchema = z.strictObject({ kind: z.literal('checkpoint') });
/** Files: the outputs. */
const stepSchema = z.strictObject({
  kind: z.literal('step'),
  stateRoot: schema.bytes32,
  isLast: z.boolean(),
  exitCode: schema.smallUint(32),
  fuel: schema.uint(64),
  names: z.array(outputName).max(MAX_OUTPUTS),
  trap: z.string().max(4_096).optional(),
});
/** Files: the roots of all steps, the state. */
const stateSchema = z.strictObject({ kind: z.literal('state') });
const errorSchema = z.strictObject({
  kind: z.literal('error'),
  error: z.strictObject({
    code: z.string().regex(/^K_[A-Z0-9_]{1,60}$/),
    message: z.string().max(4_096),
    fault: z.enum(['user', 'peer', 'chain', 'platform', 'bug']),
    data: z.record(z.string().max(64), z.json()),
    next: z.string().max(1_024).optional(),
  }),
});
const failureSchema = z.strictObject({
  kind: z.literal('failure'),
  reason: z.enum(['memory', 'stack', 'other']),
  message: z.string().max(4_096),
});
const refusedSchema = z.strictObject({
  kind: z.literal('refused'),
  id: z.number().int(),
  message: z.string().max(4_096),
});
const portSchema = z.strictObject({
  name: z.string().max(256),
  type: z.string().max(32),
  shape: z.array(z.number().int()).max(16),
});
const loadedSchema = z.strictObject({
  kind: z.literal('loaded'),
  model: z.string().max(256),
  classes: z.array(z.string().max(256)).min(1).max(1_024),
  inputs: z.array(portSchema).max(1_024),
  outputs: z.array(portSchema).max(1_024),
});
const predictionsSchema = z.strictObject({ kind: z.literal('predictions'), id: z.number().int() });
const answerSchema = z.discriminatedUnion('kind', [
  progressSchema,
  resultSchema,
  checkpointSchema,
  stepSchema,
  stateSchema,
  errorSchema,
  failureSchema,
  refusedSchema,
  loadedSchema,
  predictionsSchema,
]);

export type Answer = z.infer<typeof answerSchema>;
/** Words that end a conversation; `requireAnswer` throws them. */
type Spoken = Exclude<Answer, { kind: 'error' | 'failure' }>;
export type TensorPort = z.infer<typeof portSchema>;

/** The answer in a message. Throws what the child reported: a `KoinonError` of its own, or a failure of this host. */
export function requireAnswer(message: Message, maxMemoryBytes: number): Spoken {
  const parsed = answerSchema.safeParse(message.header);
  if (!parsed.success) throw hostGarbled('not an answer');
  const answer = parsed.data;
  if (answer.kind === 'error') {
    const { code, next, ...rest } = answer.error;
    if (code === 'K_RUNTIME_HOST') throw hostMemory(maxMemoryBytes, rest.message);
    throw new KoinonError({ ...rest, code: code as `K_${string}`, ...(next === undefined ? {} : { next }) });
  }
  if (answer.kind === 'failure') {
    if (answer.reason === 'memory') throw hostMemory(maxMemoryBytes, answer.message);
    throw hostKilled(answer.reason === 'stack' ? 'its stack ran over' : answer.message);
  }
  return answer;
}
