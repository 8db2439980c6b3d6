import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** A receipt this node was asked to replay. */
export interface AuditTask {
  receipt: Hex;
  provider: Hex;
  state: 'pending' | 'reported' | 'refused';
  reason: string | undefined;
}

const rowSchema = z
  .object({
    receipt: schema.bytes32,
    provider: schema.address,
    state: z.enum(['pending', 'reported', 'refused']),
    reason: column.text.nullable(),
  })
  .transform((row): AuditTask => ({ ...row, reason: row.reason ?? undefined }));

/** The audits a node took on; what it reported stands in its log. */
export class AuditBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('audits', [
      `CREATE TABLE audits (
        receipt TEXT PRIMARY KEY, provider TEXT NOT NULL, state TEXT NOT NULL, reason TEXT
      ) STRICT;`,
    ]);
  }

  get(receipt: Hex): AuditTask | undefined {
    return this.#database.get('SELECT * FROM audits WHERE receipt = ?', rowSchema, receipt);
  }

  list(): AuditTask[] {
    return this.#database.all('SELECT * FROM audits ORDER BY rowid', rowSchema);
  }

  /** Takes an audit on; one that was refused for a passing reason is taken on again. */
  begin(receipt: Hex, provider: Hex): void {
    this.#database.run(
      `INSERT INTO audits (receipt, provider, state) VALUES (?, ?, 'pending')
       ON CONFLICT (receipt) DO UPDATE SET state = 'pending', reason = NULL WHERE state = 'refused'`,
      receipt,
      provider,
    );
  }

  finish(receipt: Hex, state: 'reported' | 'refused', reason?: string): void {
    this.#database.run(
      `UPDATE audits SET state = ?, reason = ? WHERE receipt = ?`,
      state,
      reason ?? null,
      receipt,
    );
  }
}
