import { type AuditFact, type Trust, trustBook } from '@koinon/integrity';
import { auditVerdicts, type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import type { NodePorts } from '../ports/ports.ts';

/** One audit as far as this node has seen it with its own eyes. */
const auditSchema = z
  .object({
    receipt: schema.bytes32,
    auditor: schema.address,
    provider: schema.address,
    /** CID of the program that was run. */
    program: column.text,
    by: z.enum(['lot', 'owner']),
    /** See `auditVerdicts`. */
    verdict: column.integer.nullable(),
    drawnAtMs: column.integer,
    reportedAtMs: column.integer.nullable(),
  })
  .transform(row => ({
    ...row,
    verdict: row.verdict ?? undefined,
    reportedAtMs: row.reportedAtMs ?? undefined,
  }));
export type KnownAudit = z.output<typeof auditSchema>;

const countsSchema = z.object({ receipts: column.integer, drawn: column.integer.nullable() });

/**
 * What this node knows of audits: its own, and those of receipts it paid for. From it and from the court's convictions follows
 * the record of every provider; nobody's word is taken, only reports whose place in a log was proved.
 */
export class AuditRecord {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('auditRecord', [
      `CREATE TABLE knownAudits (
        receipt TEXT NOT NULL, auditor TEXT NOT NULL, provider TEXT NOT NULL, program TEXT NOT NULL,
        "by" TEXT NOT NULL, verdict INTEGER, drawnAtMs INTEGER NOT NULL, reportedAtMs INTEGER,
        PRIMARY KEY (receipt, auditor)
      ) STRICT;
      CREATE INDEX knownAudits_provider ON knownAudits (provider);
      CREATE TABLE tossedReceipts (receipt TEXT PRIMARY KEY, isAudited INTEGER NOT NULL) STRICT;`,
    ]);
  }

  /** A receipt was before the lot. */
  tossed(receipt: Hex, isAudited: boolean): void {
    this.#database.run(
      'INSERT INTO tossedReceipts VALUES (?, ?) ON CONFLICT DO NOTHING',
      receipt,
      isAudited ? 1 : 0,
    );
  }

  drawn(audit: Pick<KnownAudit, 'receipt' | 'auditor' | 'provider' | 'program' | 'by' | 'drawnAtMs'>): void {
    this.#database.run(
      `INSERT INTO knownAudits (receipt, auditor, provider, program, "by", drawnAtMs) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      ...[audit.receipt, audit.auditor, audit.provider, audit.program, audit.by, audit.drawnAtMs],
    );
  }

  reported(receipt: Hex, auditor: Hex, verdict: number, reportedAtMs: number): void {
    this.#database.run(
      `UPDATE knownAudits SET verdict = ?, reportedAtMs = ? WHERE receipt = ? AND auditor = ? AND verdict IS NULL`,
      verdict,
      reportedAtMs,
      receipt,
      auditor,
    );
  }

  /** All, oldest first. */
  list(): KnownAudit[] {
    return this.#database.all('SELECT * FROM knownAudits ORDER BY rowid', auditSchema);
  }

  /** The newest first. */
  latest(count: number): KnownAudit[] {
    return this.#database.all('SELECT * FROM knownAudits ORDER BY rowid DESC LIMIT ?', auditSchema, count);
  }

  counts(): { receipts: number; drawn: number } {
    const row = this.#database.get(
      'SELECT count(*) AS receipts, sum(isAudited) AS drawn FROM tossedReceipts',
      countsSchema,
    );
    return { receipts: row?.receipts ?? 0, drawn: row?.drawn ?? 0 };
  }
}

/** The records of all providers as this node has them: its own sight of audits, and what the court found. */
export async function trustOf(
  { chain }: Pick<NodePorts, 'chain'>,
  record: AuditRecord,
): Promise<(provider: Hex, program: string) => Trust> {
  const audits = record.list();
  const programs = new Map(audits.map(({ receipt, program }) => [receipt, program]));
  const owners = new Map((await chain.nodes.list()).map(({ operator, owner }) => [operator, owner]));
  const seen = audits.flatMap(({ receipt, provider, program, auditor, verdict, reportedAtMs }) => {
    const result = verdict === auditVerdicts.agrees ? 'agreed' : 'unavailable';
    // A difference is a fault once a court has found it to be one.
    if (verdict === undefined || verdict === auditVerdicts.differs) return [];
    return [
      { atMs: reportedAtMs ?? 0, fact: { node: provider, program, receipt, result, auditor } as AuditFact },
    ];
  });
  const convicted = (await chain.court.timeline())
    .filter(({ what }) => what === 'convicted')
    .map(({ details, timeSeconds }) => {
      const receipt = details['statement'] as Hex;
      const fact: AuditFact = {
        node: details['accused'] as Hex,
        program: programs.get(receipt),
        receipt,
        result: 'fault',
        auditor: undefined,
      };
      return { atMs: timeSeconds * 1000, fact };
    });
  const facts = [...seen, ...convicted].sort((a, b) => a.atMs - b.atMs).map(({ fact }) => fact);
  const book = trustBook(facts, operator => owners.get(operator) ?? operator);
  return (provider, program) => book.of(provider, program);
}
