import { failureSchema, type StudyRequest, studyRequestSchema, studyStates } from '@koinon/api';
import { toColumn } from '@koinon/kernel';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

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
    failure: column.json(failureSchema).nullable(),
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
