import { z } from 'zod';

/** A step of a study as the API tells it. */
export const stepSchema = z.object({
  name: z.string(),
  status: z.enum(['running', 'done', 'failed']),
  startedAtMs: z.number(),
  endedAtMs: z.number().optional(),
  result: z.unknown(),
  failure: z.object({ code: z.string(), message: z.string(), next: z.string().optional() }).optional(),
});
export type StudyStep = z.output<typeof stepSchema>;

export const studySchema = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  createdAtMs: z.number(),
  request: z.looseObject({ kind: z.string() }),
  failure: z.object({ code: z.string(), message: z.string(), next: z.string().optional() }).optional(),
});
export type StudyRecord = z.output<typeof studySchema>;
