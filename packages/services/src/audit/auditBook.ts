import { auditStates } from '@koinon/api';
import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** A receipt that the lot or a data owner gave this node to replay. */
export interface AuditTask {
  receipt: Hex;
  provider: Hex;
  state: (typeof auditStates)[number];
  reason: string | undefined;
  /** Id of the draw, 32 zero bytes where the owner named the auditor; undefined in rows of earlier versions. */
  draw: Hex | undefined;
  /** See `auditVerdicts`; undefined until reported. */
  verdict: number | undefined;
  begunAtMs: number | undefined;
  endedAtMs: number | undefined;
}

const rowSchema = z
  .object({
    receipt: schema.bytes32,
    provider: schema.address,
    state: z.enum(auditStates),
    reason: column.text.nullable(),
    draw: schema.bytes32.nullable(),
    verdict: column.integer.nullable(),
    begunAtMs: column.integer.nullable(),
    endedAtMs: column.integer.nullable(),
  })
  .transform(
    (row): AuditTask => ({
      ...row,
      reason: row.reason ?? undefined,
      draw: row.draw ?? undefined,
      verdict: row.verdict ?? undefined,
      begunAtMs: row.begunAtMs ?? undefined,
      endedAtMs: row.endedAtMs ?? undefined,
    }),
  );

/** The audits a node took on; what it reported stands in its log. */
export class AuditBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('audits', [
      `CREATE TABLE audits (
        receipt TEXT PRIMARY KEY, provider TEXT NOT NULL, state TEXT NOT NULL, reason TEXT
      ) STRICT;`,
      `ALTER TABLE audits ADD COLUMN draw TEXT;
      ALTER TABLE audits ADD COLUMN verdict INTEGER;
      ALTER TABLE audits ADD COLUMN begunAtMs INTEGER;
      ALTER TABLE audits ADD COLUMN endedAtMs INTEGER;
      CREATE INDEX audits_state ON audits (state);`,
    ]);
  }

  get(receipt: Hex): AuditTask | undefined {
    return this.#database.get('SELECT * FROM audits WHERE receipt = ?', rowSchema, receipt);
  }

  /** All of them, oldest first; those of one state where one is named. */
  list(state?: AuditTask['state']): AuditTask[] {
    return state
      ? this.#database.all('SELECT * FROM audits WHERE state = ? ORDER BY rowid', rowSchema, state)
      : this.#database.all('SELECT * FROM audits ORDER BY rowid', rowSchema);
  }

  /** How many there are of each state. Counted by the database: reading every row would parse it whole. */
  counts(): ReadonlyMap<string, number> {
    return this.#database.countBy('audits', 'state');
  }

  /** Takes an audit on; one that was refused for a passing reason is taken on again. */
  begin(audit: { receipt: Hex; provider: Hex; draw: Hex; begunAtMs: number }): void {
    this.#database.run(
      `INSERT INTO audits (receipt, provider, state, draw, begunAtMs) VALUES (?, ?, 'pending', ?, ?)
       ON CONFLICT (receipt) DO UPDATE SET state = 'pending', reason = NULL, draw = excluded.draw
       WHERE state = 'refused'`,
      audit.receipt,
      audit.provider,
      audit.draw,
      audit.begunAtMs,
    );
  }

  finish(
    receipt: Hex,
    end: { state: 'reported' | 'refused'; reason?: string | undefined; verdict?: number; endedAtMs: number },
  ): void {
    this.#database.run(
      `UPDATE audits SET state = ?, reason = ?, verdict = ?, endedAtMs = ? WHERE receipt = ?`,
      end.state,
      end.reason ?? null,
      end.verdict ?? null,
      end.endedAtMs,
      receipt,
    );
  }
}
