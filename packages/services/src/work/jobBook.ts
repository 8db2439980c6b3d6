import { toColumn, UNTOLD } from '@koinon/kernel';
import {
  executionOpeningSchema,
  fileEntrySchema,
  gateReasonsSchema,
  type Hex,
  type JobState,
  jobStates,
  type Signed,
  schema,
  signedSchema,
} from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** What a finished execution leaves behind: enough to seal the receipt again without running. */
export const jobResultSchema = z.strictObject({
  opening: executionOpeningSchema,
  leafSalt: schema.bytes32,
  /** The state roots of the trace, 32 bytes each; absent where the executor tells none, and of a private job. */
  roots: schema.cid.optional(),
  released: z.array(fileEntrySchema.extend({ cid: schema.cid })),
  /** Of a private job the same files in the same order, as they lie in the store until they may be seen (`keepSecret`). */
  kept: z.array(schema.cid).optional(),
  verdict: schema.cid.optional(),
  /** Why each output of a private job left or did not; sealed in the verdict, for the owner's eyes. */
  reasons: gateReasonsSchema.optional(),
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
        state TEXT NOT NULL, result TEXT, receiptDigest TEXT UNIQUE, failure TEXT,
        createdAtMs INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX jobs_state ON jobs (state);`,
    ]);
  }

  /** Takes an order on; an order known already stays as it is. */
  accept(job: Pick<Job, 'orderDigest' | 'order' | 'manifest' | 'grant' | 'createdAtMs'>): void {
    this.#database.run(
      `INSERT INTO jobs (orderDigest, "order", manifest, "grant", state, createdAtMs)
       VALUES (?, ?, ?, ?, 'accepted', ?) ON CONFLICT DO NOTHING`,
      job.orderDigest,
      toColumn(job.order),
      job.manifest,
      job.grant ? toColumn(job.grant) : null,
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

  /** How many there are of each state; counted by the database, since reading every row would parse it whole. */
  counts(): ReadonlyMap<string, number> {
    return this.#database.countBy('jobs', 'state');
  }

  /** Seconds each finished public job ran here. Private ones are left out: their timing tells about the rows. */
  seconds(): number[] {
    return this.#database
      .all(
        `SELECT json_extract(result, '$.wallMs') / 1000.0 AS seconds FROM jobs
         WHERE result IS NOT NULL AND "grant" IS NULL`,
        z.object({ seconds: column.real }),
      )
      .map(({ seconds }) => seconds);
  }

  /**
   * Orders that may still be paid through a channel, as far as others may know. A private one whose failure nobody is told
   * of stays open for them.
   */
  openOnChannel(channel: Hex): Job[] {
    return this.#database.all(
      `SELECT ${COLUMNS} FROM jobs WHERE json_extract("order", '$.message.channel') = ?
       AND (state IN ('accepted', 'running', 'sealed') OR json_extract(failure, '$.code') = ?)`,
      rowSchema,
      channel,
      UNTOLD,
    );
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
