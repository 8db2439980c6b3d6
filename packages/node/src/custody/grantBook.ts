import { type Hex, type Signed, schema, signedSchema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';

/** A request for a grant and the owner's answer. */
export interface GrantCase {
  digest: Hex;
  request: Signed<'GrantRequest'>;
  manifest: Uint8Array;
  status: 'pending' | 'approved' | 'denied';
  grant: Signed<'Grant'> | undefined;
  reason: string | undefined;
  receivedAtMs: number;
}

const rowSchema = z
  .object({
    digest: schema.bytes32,
    request: column.json(signedSchema('GrantRequest')),
    manifest: column.bytes,
    status: z.enum(['pending', 'approved', 'denied']),
    grant: column.json(signedSchema('Grant')).nullable(),
    reason: column.text.nullable(),
    receivedAtMs: column.integer,
  })
  .transform(
    (row): GrantCase => ({ ...row, grant: row.grant ?? undefined, reason: row.reason ?? undefined }),
  );

/** Requests waiting for the data owner, and what was decided. An answer once given is not changed. */
export class GrantBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('grants', [
      `CREATE TABLE grantRequests (
        digest TEXT PRIMARY KEY, request TEXT NOT NULL, manifest BLOB NOT NULL, status TEXT NOT NULL,
        "grant" TEXT, reason TEXT, receivedAtMs INTEGER NOT NULL
      ) STRICT;`,
    ]);
  }

  receive(digest: Hex, request: Signed<'GrantRequest'>, manifest: Uint8Array, receivedAtMs: number): void {
    this.#database.run(
      `INSERT INTO grantRequests (digest, request, manifest, status, receivedAtMs) VALUES (?, ?, ?, 'pending', ?)
       ON CONFLICT DO NOTHING`,
      digest,
      toColumn(request),
      manifest,
      receivedAtMs,
    );
  }

  get(digest: Hex): GrantCase | undefined {
    return this.#database.get('SELECT * FROM grantRequests WHERE digest = ?', rowSchema, digest);
  }

  list(): GrantCase[] {
    return this.#database.all('SELECT * FROM grantRequests ORDER BY receivedAtMs, rowid', rowSchema);
  }

  /** Requests waiting: of one requester, or of all. */
  pendingCount(requester?: Hex): number {
    const row = this.#database.get(
      `SELECT count(*) AS pending FROM grantRequests WHERE status = 'pending'
       AND (? IS NULL OR json_extract(request, '$.message.requester') = ?)`,
      z.object({ pending: column.integer }),
      requester ?? null,
      requester ?? null,
    );
    return row?.pending ?? 0;
  }

  approve(digest: Hex, grant: Signed<'Grant'>): void {
    this.#database.run(
      `UPDATE grantRequests SET status = 'approved', "grant" = ? WHERE digest = ? AND status = 'pending'`,
      toColumn(grant),
      digest,
    );
  }

  deny(digest: Hex, reason: string): void {
    this.#database.run(
      `UPDATE grantRequests SET status = 'denied', reason = ? WHERE digest = ? AND status = 'pending'`,
      reason,
      digest,
    );
  }
}
