import { artefactClass, assuranceTermsSchema, datasetRows, modelName, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';

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

export const studyStates = ['running', 'done', 'failed'] as const;

export interface Study {
  id: string;
  request: StudyRequest;
  state: (typeof studyStates)[number];
  createdAtMs: number;
  failure: { code: string; message: string; next?: string | undefined } | undefined;
}

const rowSchema = z
  .object({
    id: column.text,
    request: column.json(studyRequestSchema),
    state: z.enum(studyStates),
    createdAtMs: column.integer,
    failure: column
      .json(z.strictObject({ code: z.string(), message: z.string(), next: z.string().optional() }))
      .nullable(),
  })
  .transform((row): Study => ({ ...row, failure: row.failure ?? undefined }));

/** The studies of this node: what was asked and how it ended; the steps are in `Workflows`. */
export class StudyBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('studies', [
      `CREATE TABLE studies (
        id TEXT PRIMARY KEY, request TEXT NOT NULL, state TEXT NOT NULL, createdAtMs INTEGER NOT NULL, failure TEXT
      ) STRICT;`,
    ]);
  }

  begin(id: string, request: StudyRequest, createdAtMs: number): void {
    this.#database.run(
      `INSERT INTO studies (id, request, state, createdAtMs) VALUES (?, ?, 'running', ?) ON CONFLICT DO NOTHING`,
      id,
      toColumn(request),
      createdAtMs,
    );
  }

  finish(id: string): void {
    this.#database.run(`UPDATE studies SET state = 'done', failure = NULL WHERE id = ?`, id);
  }

  fail(id: string, failure: NonNullable<Study['failure']>): void {
    this.#database.run(
      `UPDATE studies SET state = 'failed', failure = ? WHERE id = ?`,
      toColumn(failure),
      id,
    );
  }

  /** Takes a failed study up again; its done steps stay done. */
  resume(id: string): void {
    this.#database.run(`UPDATE studies SET state = 'running', failure = NULL WHERE id = ?`, id);
  }

  get(id: string): Study | undefined {
    return this.#database.get('SELECT * FROM studies WHERE id = ?', rowSchema, id);
  }

  list(): Study[] {
    return this.#database.all('SELECT * FROM studies ORDER BY createdAtMs, rowid', rowSchema);
  }
}
