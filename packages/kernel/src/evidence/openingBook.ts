import { executionOpeningSchema, type Hex, schema, signedSchema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';
import type { Dossier } from './dossierBook.ts';

const openedSchema = z.object({
  receipt: schema.bytes32,
  signed: column.json(signedSchema('Receipt')),
  opening: column.json(executionOpeningSchema),
});
export type OpenedReceipt = z.output<typeof openedSchema>;

const reportSchema = z.object({
  receipt: schema.bytes32,
  auditor: schema.address,
  report: column.json(signedSchema('AuditReport')),
});

/** Receipts this node saw opened, and reports it saw about receipts: evidence when their signers turn out to have lied. */
export class OpeningBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('openings', [
      `CREATE TABLE openedReceipts (
        receipt TEXT PRIMARY KEY, provider TEXT NOT NULL, manifest TEXT NOT NULL, signed TEXT NOT NULL,
        opening TEXT NOT NULL
      ) STRICT;
      CREATE INDEX opened_by_work ON openedReceipts (provider, manifest);
      CREATE TABLE seenReports (
        receipt TEXT NOT NULL, auditor TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (receipt, auditor)
      ) STRICT;`,
    ]);
  }

  /** Keeps a receipt whose signature and opening were checked. */
  keep(receipt: Hex, signed: Dossier['receipt'], opening: Dossier['opening']): void {
    const { provider, manifest } = signed.message;
    this.#database.run(
      'INSERT INTO openedReceipts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      receipt,
      provider,
      manifest,
      toColumn(signed),
      toColumn(opening),
    );
  }

  get(receipt: Hex): OpenedReceipt | undefined {
    return this.#database.get(
      'SELECT receipt, signed, opening FROM openedReceipts WHERE receipt = ?',
      openedSchema,
      receipt,
    );
  }

  /** A receipt of the same provider for the same manifest that says something else. */
  contradiction({ receipt, signed, opening }: OpenedReceipt): OpenedReceipt | undefined {
    const { provider, manifest } = signed.message;
    return this.#database
      .all(
        `SELECT receipt, signed, opening FROM openedReceipts
         WHERE provider = ? AND manifest = ? AND receipt <> ? ORDER BY rowid`,
        openedSchema,
        provider,
        manifest,
        receipt,
      )
      .find(
        other =>
          other.opening.exitCode !== opening.exitCode ||
          other.opening.fuel !== opening.fuel ||
          other.opening.rawOutput !== opening.rawOutput ||
          other.opening.trace !== opening.trace,
      );
  }

  keepReport(report: z.output<typeof reportSchema>['report']): void {
    this.#database.run(
      'INSERT INTO seenReports VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      report.message.receipt,
      report.message.auditor,
      toColumn(report),
    );
  }

  reports(receipt: Hex): z.output<typeof reportSchema>['report'][] {
    return this.#database
      .all('SELECT * FROM seenReports WHERE receipt = ? ORDER BY rowid', reportSchema, receipt)
      .map(({ report }) => report);
  }
}
