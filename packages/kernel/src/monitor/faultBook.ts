import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';
import { Listeners } from '../listeners.ts';
import {
  type Doubt,
  doubtSchema,
  type Fault,
  type Finding,
  faultSchema,
  findingId,
  isFault,
} from './fault.ts';

/** `open`: nobody took it up yet. `settled`: it led to something. `withdrawn`: it resolved itself. */
export const findingStates = ['open', 'settled', 'withdrawn'] as const;

export interface FindingRecord {
  id: Hex;
  finding: Finding;
  state: (typeof findingStates)[number];
  foundAtMs: number;
  /** What came of it, for people. */
  note: string | undefined;
}

const rowSchema = z
  .object({
    id: schema.bytes32,
    finding: column.json(z.union([faultSchema, doubtSchema])),
    state: z.enum(findingStates),
    foundAtMs: column.integer,
    note: column.text.nullable(),
  })
  .transform((row): FindingRecord => ({ ...row, note: row.note ?? undefined }));

type Handler<F extends Finding> = (finding: F, id: Hex) => void;

/**
 * What this node found wrong with other nodes' logs, with the evidence, on disk for good. Handlers are told of
 * everything open, at once and after every restart, until it is settled: they must bear to hear a thing twice.
 */
export class FaultBook {
  readonly #database: Database;
  readonly #faults = new Listeners<Parameters<Handler<Fault>>>();
  readonly #doubts = new Listeners<Parameters<Handler<Doubt>>>();

  constructor(database: Database) {
    this.#database = database;
    database.migrate('faults', [
      `CREATE TABLE faults (
        id TEXT PRIMARY KEY, node TEXT NOT NULL, finding TEXT NOT NULL, state TEXT NOT NULL,
        foundAtMs INTEGER NOT NULL, note TEXT
      ) STRICT;`,
    ]);
  }

  /** Keeps a finding and tells of it; false when it is known. One withdrawn before is open again. */
  record(finding: Finding, foundAtMs: number): boolean {
    const id = findingId(finding);
    const { changes } = this.#database.run(
      `INSERT INTO faults (id, node, finding, state, foundAtMs) VALUES (?, ?, ?, 'open', ?)
       ON CONFLICT (id) DO UPDATE SET finding = excluded.finding, state = 'open', note = NULL
       WHERE state = 'withdrawn'`,
      id,
      finding.node,
      toColumn(finding),
      foundAtMs,
    );
    if (changes > 0) this.#tell({ id, finding });
    return changes > 0;
  }

  get(id: Hex): FindingRecord | undefined {
    return this.#database.get('SELECT * FROM faults WHERE id = ?', rowSchema, id);
  }

  /** All findings, oldest first; those of one state where one is named. */
  list(state?: FindingRecord['state']): FindingRecord[] {
    return state
      ? this.#database.all('SELECT * FROM faults WHERE state = ? ORDER BY rowid', rowSchema, state)
      : this.#database.all('SELECT * FROM faults ORDER BY rowid', rowSchema);
  }

  /** Something came of it: handlers hear of it no more. */
  settle(id: Hex, note: string): void {
    this.#end(id, 'settled', note);
  }

  /** It resolved itself, say by a proof that came late. What was settled stays so. */
  withdraw(id: Hex, note: string): void {
    this.#end(id, 'withdrawn', note);
  }

  /** Calls the handler for every open fault and for each new one; returns what stops it. */
  onFault(handler: Handler<Fault>): () => void {
    const stop = this.#faults.add(handler);
    for (const { id, finding } of this.list('open')) if (isFault(finding)) handler(finding, id);
    return stop;
  }

  /** Calls the handler for every open doubt and for each new one; returns what stops it. */
  onDoubt(handler: Handler<Doubt>): () => void {
    const stop = this.#doubts.add(handler);
    for (const { id, finding } of this.list('open')) if (!isFault(finding)) handler(finding, id);
    return stop;
  }

  /** Handlers that are told. */
  get handlerCount(): number {
    return this.#faults.count + this.#doubts.count;
  }

  #tell({ id, finding }: Pick<FindingRecord, 'id' | 'finding'>): void {
    if (isFault(finding)) this.#faults.tell(finding, id);
    else this.#doubts.tell(finding, id);
  }

  #end(id: Hex, state: 'settled' | 'withdrawn', note: string): void {
    // Most withdrawals are of what was never found; those cost no write.
    if (this.get(id)?.state !== 'open') return;
    this.#database.run(
      `UPDATE faults SET state = ?, note = ? WHERE id = ? AND state = 'open'`,
      state,
      note,
      id,
    );
  }
}
