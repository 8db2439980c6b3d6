import { artefactClass, assuranceTermsSchema, datasetRows, modelName, schema } from '@koinon/protocol';
import { z } from 'zod';
import { failureSchema, timeMs } from '../wire.ts';

/** What a researcher asks for: train on a dataset they may not see, then evaluate, register and serve the model. */
export const trainRequestSchema = z.strictObject({
  kind: z.literal('train'),
  /** Token id of the dataset. */
  dataset: schema.uint(256),
  /** The column to predict; the dataset's own target when absent. */
  target: z.string().min(1).max(128).optional(),
  /** What the model is for, a sentence the data owner reads. */
  purpose: z.string().min(1).max(1024),
  /** Name the model is registered and served under. */
  name: modelName,
  /** Program to train with, by CID; `tabular-logistic` when absent. */
  program: schema.cid.optional(),
  /** Further parameters of the program. */
  params: z.record(z.string(), z.json()).optional(),
  /** Columns to report metrics by. */
  groupBy: z.array(z.string()).max(8).optional(),
  /** Public table to test on; the one the dataset's owner gave away when absent. */
  testTable: schema.cid.optional(),
  /** Test at the custodian, on rows it held back from training; also done where no row is public. */
  privateTest: z.boolean().optional(),
  /** Least share of the public jobs (predictions, metrics) that is replayed, ppm. */
  auditRatePpm: z.number().int().min(1).max(1_000_000).optional(),
});
export type TrainRequest = z.infer<typeof trainRequestSchema>;

/** A single job on public inputs, or on a dataset, by any program. */
export const runRequestSchema = z.strictObject({
  kind: z.literal('run'),
  program: schema.cid,
  inputs: z.array(
    z.strictObject({
      name: schema.fileName,
      source: z.union([
        z.strictObject({ cid: schema.cid }),
        z.strictObject({ dataset: schema.uint(256), rows: datasetRows.default('training') }),
        z.strictObject({ candidate: schema.cid }),
      ]),
    }),
  ),
  params: z.record(z.string(), z.json()),
  outputs: z.array(
    z.strictObject({
      name: schema.fileName,
      class: artefactClass,
      maxBytes: z.number().int(),
    }),
  ),
  purpose: z.string().min(1).max(1024),
  /** How a public job is checked; `replay` when absent. On a dataset the auditor its owner named replays, whatever is asked. */
  assurance: assuranceTermsSchema.optional(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;

export const studyRequestSchema = z.discriminatedUnion('kind', [trainRequestSchema, runRequestSchema]);
export type StudyRequest = z.infer<typeof studyRequestSchema>;

/** Most fuel of a single run on public inputs. */
export const PUBLIC_FUEL = 100_000_000_000;

export const studyStates = ['running', 'done', 'failed'] as const;

/** What was asked and how it stands; how it came about is in its steps. */
export const studySchema = z.object({
  id: z.string(),
  request: studyRequestSchema,
  state: z.enum(studyStates),
  createdAtMs: timeMs,
  failure: failureSchema.optional(),
});
export type Study = z.output<typeof studySchema>;
