import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** `found`: to be accused. `accused`: before the court. `dropped`: not to be accused after all, `reason` says why. */
export const caseStates = ['found', 'accused', 'dropped'] as const;

/** A receipt this node found false. */
export interface Case {
  receipt: Hex;
  provider: Hex;
  state: (typeof caseStates)[number];
  dispute: Hex | undefined;
  reason: string | undefined;
  foundAtMs: number;
}

const rowSchema = z
  .object({
    receipt: schema.bytes32,
    provider: schema.address,
    state: z.enum(caseStates),
    dispute: schema.bytes32.nullable(),
    reason: column.text.nullable(),
    foundAtMs: column.integer,
  })
  .transform((row): Case => ({ ...row, dispute: row.dispute ?? undefined, reason: row.reason ?? undefined }));

/**
 * What this node means to bring before the court, and the secret its seals come from. All else about a dispute stands on
 * chain: whoever is killed and started again reads there how far it was.
 */
export class CaseBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('cases', [
      `CREATE TABLE cases (
        receipt TEXT PRIMARY KEY, provider TEXT NOT NULL, state TEXT NOT NULL, dispute TEXT, reason TEXT,
        foundAtMs INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE courtSecret (number INTEGER PRIMARY KEY CHECK (number = 1), secret TEXT NOT NULL) STRICT;`,
    ]);
  }

  /** The node's secret for salts, made at the first call and the same for ever. */
  secret(random: () => Hex): Hex {
    const read = () =>
      this.#database.get('SELECT secret FROM courtSecret', z.object({ secret: schema.bytes32 }))?.secret;
    const known = read();
    if (known) return known;
    this.#database.run('INSERT INTO courtSecret VALUES (1, ?) ON CONFLICT DO NOTHING', random());
    return read()!;
  }

  /** Takes a case on; one known already stays as it is. */
  find(receipt: Hex, provider: Hex, foundAtMs: number): void {
    this.#database.run(
      `INSERT INTO cases (receipt, provider, state, foundAtMs) VALUES (?, ?, 'found', ?) ON CONFLICT DO NOTHING`,
      receipt,
      provider,
      foundAtMs,
    );
  }

  /** How many there are of each state. Counted by the database: reading every row would parse it whole. */
  counts(): ReadonlyMap<string, number> {
    return this.#database.countBy('cases', 'state');
  }

  accuse(receipt: Hex, dispute: Hex): void {
    this.#database.run(`UPDATE cases SET state = 'accused', dispute = ? WHERE receipt = ?`, dispute, receipt);
  }

  drop(receipt: Hex, reason: string): void {
    this.#database.run(`UPDATE cases SET state = 'dropped', reason = ? WHERE receipt = ?`, reason, receipt);
  }

  get(receipt: Hex): Case | undefined {
    return this.#database.get('SELECT * FROM cases WHERE receipt = ?', rowSchema, receipt);
  }

  list(state?: Case['state']): Case[] {
    return state
      ? this.#database.all('SELECT * FROM cases WHERE state = ? ORDER BY rowid', rowSchema, state)
      : this.#database.all('SELECT * FROM cases ORDER BY rowid', rowSchema);
  }
}
