import {
  executionOpeningSchema,
  fileEntrySchema,
  type Hex,
  type JobState,
  jobStates,
  type Signed,
  schema,
  signedSchema,
} from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';

/** What a finished execution leaves behind: enough to seal the receipt again without running. */
export const jobResultSchema = z.strictObject({
  opening: executionOpeningSchema,
  leafSalt: schema.bytes32,
  /** Names of the raw outputs in this node's store; they never leave a private job. */
  raw: z.array(fileEntrySchema.extend({ cid: schema.cid })),
  /** The state roots of the trace, 32 bytes each; absent where the executor tells none. */
  roots: schema.cid.optional(),
  released: z.array(fileEntrySchema.extend({ cid: schema.cid })),
  verdict: schema.cid.optional(),
  amount: schema.uint(128),
  wallMs: z.number(),
});
export type JobResult = z.infer<typeof jobResultSchema>;

const failureSchema = z.strictObject({ code: z.string(), message: z.string() });
const grantSchema = signedSchema('Grant');

/** An order this node took on, and how far it has come. */
export interface Job {
  orderDigest: Hex;
  order: Signed<'Order'>;
  manifest: Uint8Array;
  grant: z.infer<typeof grantSchema> | undefined;
  state: JobState;
  result: JobResult | undefined;
  receiptDigest: Hex | undefined;
  failure: z.infer<typeof failureSchema> | undefined;
  createdAtMs: number;
}

const rowSchema = z
  .object({
    orderDigest: schema.bytes32,
    order: column.json(signedSchema('Order')),
    manifest: column.bytes,
    grant: column.json(grantSchema).nullable(),
    state: z.enum(jobStates),
    result: column.json(jobResultSchema).nullable(),
    receiptDigest: schema.bytes32.nullable(),
    failure: column.json(failureSchema).nullable(),
    createdAtMs: column.integer,
  })
  .transform(
    (row): Job => ({
      ...row,
      grant: row.grant ?? undefined,
      result: row.result ?? undefined,
      receiptDigest: row.receiptDigest ?? undefined,
      failure: row.failure ?? undefined,
    }),
  );

const COLUMNS = 'orderDigest, "order", manifest, "grant", state, result, receiptDigest, failure, createdAtMs';

/** The orders a node took on. Every change is one durable write. */
export class JobBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('jobs', [
      `CREATE TABLE jobs (
        orderDigest TEXT PRIMARY KEY, "order" TEXT NOT NULL, manifest BLOB NOT NULL, "grant" TEXT,
        grantDigest TEXT, state TEXT NOT NULL, result TEXT, receiptDigest TEXT UNIQUE, failure TEXT,
        createdAtMs INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX jobs_state ON jobs (state);
      CREATE INDEX jobs_grant ON jobs (grantDigest);`,
    ]);
  }

  /** Takes an order on; an order known already stays as it is. */
  accept(
    job: Pick<Job, 'orderDigest' | 'order' | 'manifest' | 'grant' | 'createdAtMs'> & { grantDigest?: Hex },
  ): void {
    this.#database.run(
      `INSERT INTO jobs (orderDigest, "order", manifest, "grant", grantDigest, state, createdAtMs)
       VALUES (?, ?, ?, ?, ?, 'accepted', ?) ON CONFLICT DO NOTHING`,
      job.orderDigest,
      toColumn(job.order),
      job.manifest,
      job.grant ? toColumn(job.grant) : null,
      job.grantDigest ?? null,
      job.createdAtMs,
    );
  }

  get(orderDigest: Hex): Job | undefined {
    return this.#database.get(`SELECT ${COLUMNS} FROM jobs WHERE orderDigest = ?`, rowSchema, orderDigest);
  }

  byReceipt(receiptDigest: Hex): Job | undefined {
    return this.#database.get(
      `SELECT ${COLUMNS} FROM jobs WHERE receiptDigest = ?`,
      rowSchema,
      receiptDigest,
    );
  }

  list(states: readonly JobState[] = jobStates): Job[] {
    const marks = states.map(() => '?').join(', ');
    return this.#database.all(
      `SELECT ${COLUMNS} FROM jobs WHERE state IN (${marks}) ORDER BY createdAtMs, rowid`,
      rowSchema,
      ...states,
    );
  }

  /** Orders under one grant: each took a use, those that failed too, for whether a program fails may tell of the rows. */
  usesOfGrant(grantDigest: Hex, except: Hex): number {
    const row = this.#database.get(
      `SELECT count(*) AS uses FROM jobs WHERE grantDigest = ? AND orderDigest <> ?`,
      z.object({ uses: column.integer }),
      grantDigest,
      except,
    );
    return row?.uses ?? 0;
  }

  storeResult(orderDigest: Hex, result: JobResult): void {
    this.#database.run(`UPDATE jobs SET result = ? WHERE orderDigest = ?`, toColumn(result), orderDigest);
  }

  setRunning(orderDigest: Hex): void {
    this.#database.run(`UPDATE jobs SET state = 'running' WHERE orderDigest = ?`, orderDigest);
  }

  seal(orderDigest: Hex, receiptDigest: Hex): void {
    this.#database.run(
      `UPDATE jobs SET state = 'sealed', receiptDigest = ? WHERE orderDigest = ? AND state <> 'paid'`,
      receiptDigest,
      orderDigest,
    );
  }

  setPaid(orderDigest: Hex): void {
    this.#database.run(`UPDATE jobs SET state = 'paid' WHERE orderDigest = ?`, orderDigest);
  }

  fail(orderDigest: Hex, failure: { code: string; message: string }): void {
    this.#database.run(
      `UPDATE jobs SET state = 'failed', failure = ? WHERE orderDigest = ?`,
      toColumn(failure),
      orderDigest,
    );
  }
}
