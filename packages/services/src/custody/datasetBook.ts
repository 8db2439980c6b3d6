import { toColumn } from '@koinon/kernel';
import { type Hex, type Policy, policySchema, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** A dataset this node holds the private bytes of. */
export interface HeldDataset {
  /** Token id in `Datasets`. */
  id: bigint;
  name: string;
  contentRoot: Hex;
  /** Secret: with it a guess about the rows could be confirmed against the content root. */
  contentSalt: Hex;
  /** The table in this node's store, private and under its salt (`keepSecret`). */
  content: string;
  /** How many of its rows are held back from training; the last of the table. */
  heldBackRows: number;
  /** The Croissant record, whose digest stands on chain; it has the table's description. */
  metadata: string;
  mock: string;
  /** Rows the owner gave away for testing models; undefined when none. */
  publicTable: string | undefined;
  /** The column models are meant to predict, where the owner named one. */
  target: string | undefined;
  policy: Policy;
  policyDigest: Hex;
  /** True when requests of this node's own network are answered without a person: local demonstrations only. */
  autoApprove: boolean;
}

const rowSchema = z.object({
  id: column.amount,
  name: column.text,
  contentRoot: schema.bytes32,
  contentSalt: schema.bytes32,
  content: schema.cid,
  heldBackRows: column.integer,
  metadata: schema.cid,
  mock: schema.cid,
  publicTable: schema.cid.nullable().transform(cid => cid ?? undefined),
  target: column.text.nullable().transform(name => name ?? undefined),
  policy: column.json(policySchema),
  policyDigest: schema.bytes32,
  autoApprove: column.boolean,
});

/** The datasets in this node's custody, and the copies it keeps as a named auditor. */
export class DatasetBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('datasets', [
      `CREATE TABLE datasets (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, contentRoot TEXT NOT NULL, contentSalt TEXT NOT NULL,
        content TEXT NOT NULL, heldBackRows INTEGER NOT NULL, metadata TEXT NOT NULL, mock TEXT NOT NULL, publicTable TEXT, target TEXT,
        policy TEXT NOT NULL,
        policyDigest TEXT NOT NULL, autoApprove INTEGER NOT NULL
      ) STRICT;`,
    ]);
  }

  add(dataset: HeldDataset): void {
    this.#database.run(
      'INSERT OR REPLACE INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      dataset.id.toString(),
      dataset.name,
      dataset.contentRoot,
      dataset.contentSalt,
      dataset.content,
      dataset.heldBackRows,
      dataset.metadata,
      dataset.mock,
      dataset.publicTable ?? null,
      dataset.target ?? null,
      toColumn(dataset.policy),
      dataset.policyDigest,
      dataset.autoApprove ? 1 : 0,
    );
  }

  get(id: bigint): HeldDataset | undefined {
    return this.#database.get('SELECT * FROM datasets WHERE id = ?', rowSchema, id.toString());
  }

  get size(): number {
    return this.#database.get('SELECT count(*) AS size FROM datasets', z.object({ size: column.integer }))!
      .size;
  }

  list(): HeldDataset[] {
    return this.#database.all('SELECT * FROM datasets ORDER BY CAST(id AS INTEGER)', rowSchema);
  }
}
