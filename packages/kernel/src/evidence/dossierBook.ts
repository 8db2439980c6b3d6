import {
  decodeNode,
  encodeNode,
  type Hex,
  methods,
  schema,
  toWire,
  type WireResponse,
} from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** Everything needed to run a receipt's manifest again, as its provider or its requester told it. */
export type Dossier = WireResponse<'audit.material'>;

const material = methods['audit.material'].response;
const rowSchema = z.object({ receipt: schema.bytes32, material: column.bytes });

/** What this node was told about receipts it has to look into, by the receipt's digest. Whoever reads it checks it. */
export class DossierBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('dossiers', [
      'CREATE TABLE dossiers (receipt TEXT PRIMARY KEY, material BLOB NOT NULL) STRICT;',
      `ALTER TABLE dossiers ADD COLUMN orderDigest TEXT;
      CREATE INDEX dossiers_order ON dossiers (orderDigest);`,
    ]);
  }

  /** Keeps what is told first. */
  keep(receipt: Hex, dossier: Dossier): void {
    this.#database.run(
      'INSERT INTO dossiers (receipt, material, orderDigest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      receipt,
      encodeNode(toWire(dossier)),
      dossier.receipt.message.order,
    );
  }

  get(receipt: Hex): Dossier | undefined {
    const row = this.#database.get(
      'SELECT receipt, material FROM dossiers WHERE receipt = ?',
      rowSchema,
      receipt,
    );
    return row && material.parse(decodeNode(row.material));
  }

  /** The order of a receipt that was looked into, by the order's digest. */
  orderOf(order: Hex): Dossier['order']['message'] | undefined {
    const row = this.#database.get(
      'SELECT receipt, material FROM dossiers WHERE orderDigest = ?',
      rowSchema,
      order,
    );
    return row && material.parse(decodeNode(row.material)).order.message;
  }
}
