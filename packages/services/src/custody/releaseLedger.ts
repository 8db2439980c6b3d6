import type { ChargedBits } from '@koinon/privacy';
import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

const YEAR_MS = 365 * 86_400_000;

/** What one release is charged with; the same whatever leaves, for charging less would itself tell. */
export interface Charge {
  /** Digest of the order, or of the request a dry run was made for. */
  by: Hex;
  dataset: bigint;
  requester: Hex;
  bits: number;
  atMs: number;
  /** Digest of the grant of which this is a use; undefined for a dry run. */
  grant?: Hex | undefined;
}

const rowSchema = z.object({
  by: z.string().transform(text => text as Hex),
  dataset: column.amount,
  requester: z.string().transform(text => text as Hex),
  bits: column.integer,
  atMs: column.integer,
  grant: schema.bytes32.nullable().transform(grant => grant ?? undefined),
});

/** How many bits jobs on this custodian's datasets can have told, to whom and when. Entries are never taken back. */
export class ReleaseLedger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('releases', [
      `CREATE TABLE releases (
        "by" TEXT PRIMARY KEY, dataset TEXT NOT NULL, requester TEXT NOT NULL, bits INTEGER NOT NULL, atMs INTEGER NOT NULL,
        "grant" TEXT
      ) STRICT;
      CREATE INDEX releases_dataset ON releases (dataset, atMs);
      CREATE INDEX releases_grant ON releases ("grant");`,
    ]);
  }

  /** Charges a release before it happens; once, however often it is asked. */
  charge({ by, dataset, requester, bits, atMs, grant }: Charge): void {
    this.#database.run(
      'INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      by,
      dataset.toString(),
      requester,
      bits,
      atMs,
      grant ?? null,
    );
  }

  /** What was charged on a dataset, without the release named. */
  charged(dataset: bigint, requester: Hex, nowMs: number, except?: Hex): ChargedBits {
    const row = this.#database.get(
      `SELECT coalesce(sum(bits), 0) AS total,
         coalesce(sum(CASE WHEN atMs > ? THEN bits END), 0) AS year,
         coalesce(sum(CASE WHEN atMs > ? AND requester = ? THEN bits END), 0) AS requesterYear
       FROM releases WHERE dataset = ? AND "by" <> ?`,
      z.object({ total: column.integer, year: column.integer, requesterYear: column.integer }),
      nowMs - YEAR_MS,
      nowMs - YEAR_MS,
      requester,
      dataset.toString(),
      except ?? '',
    );
    return row ?? { total: 0, year: 0, requesterYear: 0 };
  }

  /** Uses taken of a grant, without the order named: those that failed too, for whether a program fails may tell of the rows. */
  usesOf(grant: Hex, except?: Hex): number {
    const row = this.#database.get(
      'SELECT count(*) AS uses FROM releases WHERE "grant" = ? AND "by" <> ?',
      z.object({ uses: column.integer }),
      grant,
      except ?? '',
    );
    return row?.uses ?? 0;
  }

  /** All charges on a dataset, oldest first. */
  list(dataset: bigint): Charge[] {
    return this.#database.all(
      'SELECT * FROM releases WHERE dataset = ? ORDER BY atMs, rowid',
      rowSchema,
      dataset.toString(),
    );
  }
}
