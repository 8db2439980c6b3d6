import { failureSchema, type StepStatus, stepStatuses } from '@koinon/api';
import { asKoinonError, toWire } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { Listeners } from '../listeners.ts';
import type { Clock } from '../ports/clock.ts';
import { patiently } from './patience.ts';

/** One step of a workflow as people see it: what was done, when, and what it left to look at. */
export interface WorkflowStep {
  workflow: string;
  name: string;
  status: StepStatus;
  startedAtMs: number;
  endedAtMs: number | undefined;
  /** What the step came to, in wire form; the evidence a timeline shows. */
  result: unknown;
  failure: { code: string; message: string; next?: string | undefined } | undefined;
}

const rowSchema = z
  .object({
    workflow: column.text,
    name: column.text,
    status: z.enum(stepStatuses),
    startedAtMs: column.integer,
    endedAtMs: column.integer.nullable(),
    result: column.json(z.unknown()).nullable(),
    failure: column.json(failureSchema).nullable(),
  })
  .transform(
    (row): WorkflowStep => ({
      ...row,
      endedAtMs: row.endedAtMs ?? undefined,
      failure: row.failure ?? undefined,
    }),
  );

/**
 * Steps whose results are on disk before the next begins. A workflow that is run again after a crash gets the stored
 * result of every step that was done and goes on with the first that was not; a step may thus run twice, never after
 * it was done, and must come to the same when repeated.
 */
export class Workflows {
  readonly #database: Database;
  readonly #clock: Clock;
  /** Told of each change of a step. */
  readonly changes = new Listeners<[step: WorkflowStep]>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    database.migrate('workflows', [
      `CREATE TABLE steps (
        workflow TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, startedAtMs INTEGER NOT NULL,
        endedAtMs INTEGER, result TEXT, failure TEXT, PRIMARY KEY (workflow, name)
      ) STRICT;`,
    ]);
  }

  /** The result of the step, from disk or by running it. `schema` reads the stored form back. */
  async step<S extends z.ZodType>(
    workflow: string,
    name: string,
    resultSchema: S,
    run: () => Promise<z.input<S> | z.output<S>>,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    const known = this.get(workflow, name);
    if (known?.status === 'done') return resultSchema.parse(known.result);
    const startedAtMs = known?.startedAtMs ?? this.#clock.nowMs();
    this.#write({ workflow, name, status: 'running', startedAtMs });
    try {
      const result = toWire(await patiently(this.#clock, run, signal));
      const parsed = resultSchema.parse(result);
      this.#write({ workflow, name, status: 'done', startedAtMs, result });
      return parsed;
    } catch (error) {
      if (!signal.aborted) {
        const { code, message, next } = asKoinonError(error);
        this.#write({ workflow, name, status: 'failed', startedAtMs, failure: { code, message, next } });
      }
      throw error;
    }
  }

  get(workflow: string, name: string): WorkflowStep | undefined {
    return this.#database.get(
      'SELECT * FROM steps WHERE workflow = ? AND name = ?',
      rowSchema,
      workflow,
      name,
    );
  }

  list(workflow: string): WorkflowStep[] {
    return this.#database.all('SELECT * FROM steps WHERE workflow = ? ORDER BY rowid', rowSchema, workflow);
  }

  #write(step: {
    workflow: string;
    name: string;
    status: WorkflowStep['status'];
    startedAtMs: number;
    result?: unknown;
    failure?: WorkflowStep['failure'];
  }): void {
    this.#database.run(
      `INSERT INTO steps (workflow, name, status, startedAtMs, endedAtMs, result, failure)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (workflow, name) DO UPDATE SET status = excluded.status, endedAtMs = excluded.endedAtMs,
         result = excluded.result, failure = excluded.failure`,
      step.workflow,
      step.name,
      step.status,
      step.startedAtMs,
      step.status === 'running' ? null : this.#clock.nowMs(),
      step.result === undefined ? null : JSON.stringify(step.result),
      step.failure === undefined ? null : JSON.stringify(step.failure),
    );
    this.changes.tell(this.get(step.workflow, step.name)!);
  }
}
