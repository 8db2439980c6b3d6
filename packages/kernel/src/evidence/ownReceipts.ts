import {
  type Cid,
  decodeManifest,
  decodeNode,
  encodeNode,
  fileEntrySchema,
  type Hex,
  methods,
  schema,
  toWire,
} from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';
import type { Dossier } from './dossierBook.ts';

const released = z.array(fileEntrySchema.extend({ cid: schema.cid }));

/** A receipt this node signed, with all that it can be asked about it: by auditors, by requesters, before the court. */
export interface OwnReceipt {
  receipt: Hex;
  order: Hex;
  /** What its auditor is handed; of private work with what opens the rows. */
  dossier: Dossier;
  /** The state roots of the trace, 32 bytes each; absent where the executor tells none, and of private work. */
  roots: Cid | undefined;
  /** What left the job. */
  released: z.output<typeof released>;
}

const material = methods['audit.material'].response;
const rowSchema = z
  .object({
    receipt: schema.bytes32,
    order: schema.bytes32,
    material: column.bytes,
    roots: schema.cid.nullable(),
    released: column.json(released),
  })
  .transform(
    (row): OwnReceipt => ({
      receipt: row.receipt,
      order: row.order,
      dossier: material.parse(decodeNode(row.material)),
      roots: row.roots ?? undefined,
      released: row.released,
    }),
  );

/** The receipts of this node. Whoever signed answers for it, whichever services it runs since. */
export class OwnReceipts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('ownReceipts', [
      `CREATE TABLE ownReceipts (
        receipt TEXT PRIMARY KEY, "order" TEXT NOT NULL UNIQUE, material BLOB NOT NULL, roots TEXT, released TEXT NOT NULL
      ) STRICT;`,
    ]);
  }

  /** Keeps what is told first. */
  keep({ receipt, order, dossier, roots, released: files }: OwnReceipt): void {
    this.#database.run(
      'INSERT INTO ownReceipts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      receipt,
      order,
      encodeNode(toWire(dossier)),
      roots ?? null,
      toColumn(files),
    );
  }

  get(receipt: Hex): OwnReceipt | undefined {
    return this.#database.get('SELECT * FROM ownReceipts WHERE receipt = ?', rowSchema, receipt);
  }

  ofOrder(order: Hex): OwnReceipt | undefined {
    return this.#database.get('SELECT * FROM ownReceipts WHERE "order" = ?', rowSchema, order);
  }
}

/** A private job is opened to the auditor its grant names and to nobody else; a public one to anyone. */
export function mayAudit({ manifest, grant }: Dossier, peer: Hex): boolean {
  return !decodeManifest(manifest).private || grant?.message.auditor === peer;
}
