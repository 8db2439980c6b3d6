import { type GrantStatus, grantStatuses } from '@koinon/api';
import { toColumn } from '@koinon/kernel';
import { type Hex, type Signed, schema, signedSchema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** A request for a grant and the owner's answer. */
export interface GrantCase {
  digest: Hex;
  /** Its place in the list; lists go on below it. */
  number: number;
  request: Signed<'GrantRequest'>;
  /** The draft. */
  manifest: Uint8Array;
  status: GrantStatus;
  grant: Signed<'Grant'> | undefined;
  reason: string | undefined;
  receivedAtMs: number;
  /** When it stops waiting. */
  expiresAtMs: number;
  /** When the owner looked at it, or was shown what it would release. */
  seenAtMs: number | undefined;
  dryRunAtMs: number | undefined;
}

/** How a request stands: all that is left of one in the end. */
export type GrantStanding = Pick<GrantCase, 'digest' | 'status' | 'grant' | 'reason'> & { requester: Hex };

const signedRequest = column.json(signedSchema('GrantRequest'));
const signedGrant = column.json(signedSchema('Grant'));
const maybeMs = column.integer.nullable().transform(ms => ms ?? undefined);
const maybeText = column.text.nullable().transform(text => text ?? undefined);
const maybeGrant = signedGrant.nullable().transform(grant => grant ?? undefined);

const caseSchema = z.object({
  digest: schema.bytes32,
  number: column.integer,
  request: signedRequest,
  manifest: column.bytes,
  status: z.enum(grantStatuses),
  grant: maybeGrant,
  reason: maybeText,
  receivedAtMs: column.integer,
  expiresAtMs: column.integer,
  seenAtMs: maybeMs,
  dryRunAtMs: maybeMs,
});
const standingSchema = z.object({
  digest: schema.bytes32,
  requester: schema.address,
  status: z.enum(grantStatuses),
  grant: maybeGrant,
  reason: maybeText,
});
const placesSchema = z.object({ requests: column.integer, places: column.integer });
const CASE = `digest, rowid AS number, request, manifest, status, "grant", reason, receivedAtMs, expiresAtMs, seenAtMs, dryRunAtMs`;
/** What is left of a request of which only its standing is kept. */
const STRIPPED = 'request = NULL, manifest = NULL';

/** Requests for grants, and what was decided. An answer once given is not changed. */
export class GrantBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('grants', [
      `CREATE TABLE grantRequests (
        digest TEXT PRIMARY KEY, requester TEXT NOT NULL, dataset TEXT NOT NULL, status TEXT NOT NULL,
        places INTEGER NOT NULL, request TEXT, manifest BLOB, "grant" TEXT, reason TEXT,
        receivedAtMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL, seenAtMs INTEGER, dryRunAtMs INTEGER,
        decidedAtMs INTEGER, isAutomatic INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX grantRequests_waiting ON grantRequests (status, expiresAtMs);
      CREATE INDEX grantRequests_places ON grantRequests (status, requester, seenAtMs, places);`,
    ]);
  }

  /** `places`: how much of the room for waiting requests it takes. */
  receive(
    received: Pick<GrantCase, 'digest' | 'request' | 'manifest' | 'receivedAtMs' | 'expiresAtMs'>,
    places: number,
  ): void {
    const { digest, request, manifest, receivedAtMs, expiresAtMs } = received;
    this.#database.run(
      `INSERT INTO grantRequests (digest, requester, dataset, status, places, request, manifest, receivedAtMs, expiresAtMs)
       VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      digest,
      request.message.requester,
      request.message.dataset.toString(),
      places,
      toColumn(request),
      manifest,
      receivedAtMs,
      expiresAtMs,
    );
  }

  /** The request, while more than its standing is kept. */
  get(digest: Hex): GrantCase | undefined {
    return this.#database.get(
      `SELECT ${CASE} FROM grantRequests WHERE digest = ? AND request IS NOT NULL`,
      caseSchema,
      digest,
    );
  }

  /** How many there are of each status. */
  counts(): ReadonlyMap<string, number> {
    return this.#database.countBy('grantRequests', 'status');
  }

  standing(digest: Hex): GrantStanding | undefined {
    return this.#database.get(
      'SELECT digest, requester, status, "grant", reason FROM grantRequests WHERE digest = ?',
      standingSchema,
      digest,
    );
  }

  /** Requests of which more than the standing is kept, newest first, and below `before` where it is given. */
  list(options: { status?: GrantStatus; before?: number; limit?: number } = {}): GrantCase[] {
    return this.#database.all(
      `SELECT ${CASE} FROM grantRequests
       WHERE request IS NOT NULL AND (?1 IS NULL OR status = ?1) AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3`,
      caseSchema,
      options.status ?? null,
      options.before ?? Number.MAX_SAFE_INTEGER,
      options.limit ?? -1,
    );
  }

  /** How many requests wait and how many places they take: of one requester, or of all. */
  waiting(requester?: Hex): { requests: number; places: number } {
    return this.#database.get(
      `SELECT count(*) AS requests, coalesce(sum(places), 0) AS places FROM grantRequests
       WHERE status = 'pending' AND (?1 IS NULL OR requester = ?1)`,
      placesSchema,
      requester ?? null,
    )!;
  }

  /** Who has most places with requests that nobody looked at, and the oldest of these. */
  greediest(): { requester: Hex; places: number; requests: number; oldest: Hex } | undefined {
    const found = this.#database.get(
      `SELECT requester, count(*) AS requests, sum(places) AS places FROM grantRequests
       WHERE status = 'pending' AND seenAtMs IS NULL GROUP BY requester ORDER BY places DESC, requester LIMIT 1`,
      placesSchema.extend({ requester: schema.address }),
    );
    if (!found) return undefined;
    const { digest } = this.#database.get(
      `SELECT digest FROM grantRequests
       WHERE status = 'pending' AND seenAtMs IS NULL AND requester = ? ORDER BY receivedAtMs, rowid LIMIT 1`,
      z.object({ digest: schema.bytes32 }),
      found.requester,
    )!;
    return { ...found, oldest: digest };
  }

  /** Requests that were answered without a person since then, of one dataset and requester or of one dataset. */
  automaticSince(dataset: bigint, sinceMs: number, requester?: Hex): GrantStanding[] {
    return this.#database.all(
      `SELECT digest, requester, status, "grant", reason FROM grantRequests
       WHERE status = 'approved' AND isAutomatic = 1 AND dataset = ?1 AND decidedAtMs > ?2
         AND (?3 IS NULL OR requester = ?3)`,
      standingSchema,
      dataset.toString(),
      sinceMs,
      requester ?? null,
    );
  }

  /** Notes that the owner looked, so that it waits until `expiresAtMs`. */
  look(digest: Hex, nowMs: number, expiresAtMs: number): void {
    this.#database.run(
      `UPDATE grantRequests SET seenAtMs = ?, expiresAtMs = ?
       WHERE digest = ? AND status = 'pending' AND seenAtMs IS NULL`,
      nowMs,
      expiresAtMs,
      digest,
    );
  }

  /** Notes that the owner was shown what it would release. */
  showDryRun(digest: Hex, nowMs: number): void {
    this.#database.run(
      'UPDATE grantRequests SET dryRunAtMs = coalesce(dryRunAtMs, ?) WHERE digest = ?',
      nowMs,
      digest,
    );
  }

  approve(digest: Hex, grant: Signed<'Grant'>, nowMs: number, isAutomatic: boolean): void {
    this.#database.run(
      `UPDATE grantRequests SET status = 'approved', "grant" = ?, decidedAtMs = ?, isAutomatic = ?
       WHERE digest = ? AND status = 'pending'`,
      toColumn(grant),
      nowMs,
      isAutomatic ? 1 : 0,
      digest,
    );
  }

  deny(digest: Hex, reason: string, nowMs: number): void {
    this.#database.run(
      `UPDATE grantRequests SET status = 'denied', reason = ?, decidedAtMs = ? WHERE digest = ? AND status = 'pending'`,
      reason,
      nowMs,
      digest,
    );
  }

  /** Denies all of one requester that wait. */
  denyAllOf(requester: Hex, reason: string, nowMs: number): void {
    this.#database.run(
      `UPDATE grantRequests SET status = 'denied', reason = ?, decidedAtMs = ? WHERE requester = ? AND status = 'pending'`,
      reason,
      nowMs,
      requester,
    );
  }

  /** Denies those of the named requests that wait. */
  denyThese(digests: readonly Hex[], reason: string, nowMs: number): void {
    this.#database.transaction(() => {
      for (const digest of digests) this.deny(digest, reason, nowMs);
    });
  }

  /** Ends a request that nobody looked at; only its standing is kept. */
  evict(digest: Hex, reason: string, nowMs: number): void {
    this.#database.run(
      `UPDATE grantRequests SET status = 'expired', reason = ?, decidedAtMs = ?, ${STRIPPED}
       WHERE digest = ? AND status = 'pending' AND seenAtMs IS NULL`,
      reason,
      nowMs,
      digest,
    );
  }

  /** Ends what waited long enough; of what nobody looked at only the standing is kept. */
  expire(nowMs: number, reason: string): void {
    const isDue = `status = 'pending' AND expiresAtMs <= ?2`;
    this.#database.transaction(() => {
      this.#database.run(
        `UPDATE grantRequests SET status = 'expired', reason = ?1, decidedAtMs = ?2, ${STRIPPED}
         WHERE ${isDue} AND seenAtMs IS NULL`,
        reason,
        nowMs,
      );
      this.#database.run(
        `UPDATE grantRequests SET status = 'expired', reason = ?1, decidedAtMs = ?2 WHERE ${isDue}`,
        reason,
        nowMs,
      );
    });
  }

  /** Of what was decided before, keeps the standing; what was decided before `forgottenMs` is forgotten. */
  prune(decided: { refusedMs: number; approvedMs: number; forgottenMs: number }): void {
    this.#database.transaction(() => {
      this.#database.run(
        `UPDATE grantRequests SET ${STRIPPED} WHERE request IS NOT NULL AND (
           (status IN ('denied', 'expired') AND decidedAtMs <= ?1)
           OR (status = 'approved' AND decidedAtMs <= CASE isAutomatic WHEN 1 THEN ?1 ELSE ?2 END))`,
        decided.refusedMs,
        decided.approvedMs,
      );
      this.#database.run(
        `DELETE FROM grantRequests WHERE request IS NULL AND status <> 'pending' AND decidedAtMs <= ?`,
        decided.forgottenMs,
      );
    });
  }
}
