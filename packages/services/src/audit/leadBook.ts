import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** A leaf of another node's log that the lot may have given to this node. */
export interface Lead {
  operator: Hex;
  index: number;
  foundAtMs: number;
}

const peaks = column.json(z.array(schema.bytes32).max(64));
const logSchema = z.object({ operator: schema.address, size: column.integer, peaks });
/** How far a log was followed: its size there and the hashes of its complete subtrees, the largest first. */
export type FollowedLog = z.output<typeof logSchema>;
const leadSchema = z.object({
  operator: schema.address,
  index: column.integer,
  foundAtMs: column.integer,
});

/** Most leads of one node that wait: nobody can fill an auditor's disk by logging. */
const LEADS_PER_NODE_MAX = 4096;

/** How far this node has looked through the others' logs, and what it found for itself there. */
export class LeadBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('auditLeads', [
      `CREATE TABLE auditedLogs (operator TEXT PRIMARY KEY, size INTEGER NOT NULL, peaks TEXT NOT NULL) STRICT;
      CREATE TABLE auditLeads (
        operator TEXT NOT NULL, leafIndex INTEGER NOT NULL, foundAtMs INTEGER NOT NULL,
        PRIMARY KEY (operator, leafIndex)
      ) STRICT;`,
    ]);
  }

  log(operator: Hex): FollowedLog {
    const row = this.#database.get('SELECT * FROM auditedLogs WHERE operator = ?', logSchema, operator);
    return row ?? { operator, size: 0, peaks: [] };
  }

  /** In one write: the log was followed to here, and these leaves are leads. */
  advance(log: FollowedLog, indices: readonly number[], foundAtMs: number): void {
    this.#database.transaction(() => {
      this.#database.run(
        `INSERT INTO auditedLogs (operator, size, peaks) VALUES (?, ?, ?)
         ON CONFLICT (operator) DO UPDATE SET size = excluded.size, peaks = excluded.peaks`,
        log.operator,
        log.size,
        JSON.stringify(log.peaks),
      );
      const room = LEADS_PER_NODE_MAX - this.#count(log.operator);
      for (const index of indices.slice(0, Math.max(0, room))) {
        this.#database.run(
          'INSERT INTO auditLeads VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          log.operator,
          index,
          foundAtMs,
        );
      }
    });
  }

  leads(operator: Hex): Lead[] {
    return this.#database.all(
      'SELECT operator, leafIndex AS "index", foundAtMs FROM auditLeads WHERE operator = ? ORDER BY leafIndex',
      leadSchema,
      operator,
    );
  }

  /** Operators with leads that wait. */
  waiting(): Hex[] {
    return this.#database
      .all('SELECT DISTINCT operator FROM auditLeads', z.object({ operator: schema.address }))
      .map(({ operator }) => operator);
  }

  close({ operator, index }: Pick<Lead, 'operator' | 'index'>): void {
    this.#database.run('DELETE FROM auditLeads WHERE operator = ? AND leafIndex = ?', operator, index);
  }

  #count(operator: Hex): number {
    return this.#database.get(
      'SELECT count(*) AS leads FROM auditLeads WHERE operator = ?',
      z.object({ leads: column.integer }),
      operator,
    )!.leads;
  }
}
