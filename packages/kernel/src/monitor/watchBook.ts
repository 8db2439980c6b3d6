import {
  type Domains,
  type Hex,
  logLeafHash,
  type Signed,
  schema,
  signedSchema,
  statementDigest,
} from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';
import { anchorRecordSchema, type LoggedStatement, loggedStatementSchema } from './fault.ts';

/** A statement whose place in its signer's log this node watches. */
export interface Expected {
  digest: Hex;
  node: Hex;
  statement: LoggedStatement;
  leaf: Uint8Array;
  logIndex: bigint;
  anchorBy: bigint;
  /** Where it was seen; undefined until then. */
  place: z.output<typeof placeSchema> | undefined;
}

/** How far a log is known to be one log, and what its node signed of it. */
export interface FollowedLog {
  node: Hex;
  /** The last anchor shown to continue the one before it; undefined before the first. */
  verified: z.output<typeof anchorRecordSchema> | undefined;
  /** Signed heads: the newest that an anchor bears out, and those no anchor has reached. Ascending by size. */
  heads: Signed<'LogHead'>[];
}

const placeSchema = z.strictObject({ anchor: anchorRecordSchema, path: z.array(schema.bytes32) });
const expectedRow = z.object({
  digest: schema.bytes32,
  statement: column.json(loggedStatementSchema),
  place: column.json(placeSchema).nullable(),
});
const followedRow = z
  .object({
    node: schema.address,
    verified: column.json(anchorRecordSchema).nullable(),
    heads: column.json(z.array(signedSchema('LogHead'))),
  })
  .transform((row): FollowedLog => ({ ...row, verified: row.verified ?? undefined }));
const nodeRow = z.object({ node: schema.address }).transform(row => row.node);
const dueRow = z.object({ due: column.bigint.nullable() });

/** Latest time that fits a column; what claims to be due after it never is. */
const LATEST = 2n ** 62n;

/** What a monitor watches, so that it goes on after a restart where it was. */
export class WatchBook {
  readonly #database: Database;
  readonly #domains: Domains;

  constructor(database: Database, domains: Domains) {
    this.#database = database;
    this.#domains = domains;
    database.migrate('monitor', [
      `CREATE TABLE expected_statements (
        digest TEXT PRIMARY KEY, node TEXT NOT NULL, logIndex TEXT NOT NULL, anchorBy INTEGER NOT NULL,
        statement TEXT NOT NULL, place TEXT, lapsed INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX expected_by_node ON expected_statements (node, logIndex);
      CREATE INDEX expected_by_time ON expected_statements (anchorBy) WHERE place IS NULL AND lapsed = 0;
      CREATE TABLE followed_logs (
        node TEXT PRIMARY KEY, verified TEXT, heads TEXT NOT NULL
      ) STRICT;`,
    ]);
  }

  /** Watches a statement and its signer's log; false when it is watched already. A new salt replaces one not proved. */
  expect(statement: LoggedStatement): boolean {
    const { digest, node, logIndex, anchorBy } = this.#describe(statement);
    const text = toColumn(statement);
    const known = this.#database.get(
      'SELECT statement, place FROM expected_statements WHERE digest = ?',
      z.object({ statement: column.text, place: column.text.nullable() }),
      digest,
    );
    if (known && (known.place !== null || known.statement === text)) return false;
    this.follow(node);
    const { changes } = this.#database.run(
      `INSERT INTO expected_statements (digest, node, logIndex, anchorBy, statement) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (digest) DO UPDATE SET statement = excluded.statement`,
      digest,
      node,
      logIndex.toString(),
      anchorBy < LATEST ? anchorBy : LATEST,
      text,
    );
    return changes > 0;
  }

  /** Statements of a node that were not seen in its log yet. */
  open(node: Hex): Expected[] {
    return this.#expected('WHERE node = ? AND place IS NULL ORDER BY anchorBy', node);
  }

  /** What the node signed for this index, as far as this node has it. */
  atIndex(node: Hex, logIndex: bigint): Expected[] {
    return this.#expected('WHERE node = ? AND logIndex = ?', node, logIndex.toString());
  }

  /** The earliest `anchorBy` of what was neither seen yet nor looked for after its time, unix seconds. */
  nextDue(): bigint | undefined {
    const row = this.#database.get(
      'SELECT min(anchorBy) AS due FROM expected_statements WHERE place IS NULL AND lapsed = 0',
      dueRow,
    );
    return row?.due ?? undefined;
  }

  /** Nodes that signed something whose time was over before `beforeSeconds`, and that was not looked for since. */
  overdue(beforeSeconds: number): Hex[] {
    return this.#database.all(
      'SELECT DISTINCT node FROM expected_statements WHERE place IS NULL AND lapsed = 0 AND anchorBy < ?',
      nodeRow,
      beforeSeconds,
    );
  }

  /** What was over before `beforeSeconds` has been looked for: from now on only a new anchor brings news of it. */
  lapse(node: Hex, beforeSeconds: number): void {
    const due = this.nextDue();
    if (due === undefined || due >= BigInt(beforeSeconds)) return;
    this.#database.run(
      'UPDATE expected_statements SET lapsed = 1 WHERE node = ? AND place IS NULL AND anchorBy < ?',
      node,
      beforeSeconds,
    );
  }

  place(digest: Hex, place: z.output<typeof placeSchema>): void {
    this.#database.run('UPDATE expected_statements SET place = ? WHERE digest = ?', toColumn(place), digest);
  }

  follow(node: Hex): boolean {
    if (this.followed(node)) return false;
    const { changes } = this.#database.run(
      `INSERT INTO followed_logs (node, heads) VALUES (?, '[]') ON CONFLICT (node) DO NOTHING`,
      node,
    );
    return changes > 0;
  }

  followed(node: Hex): FollowedLog | undefined {
    return this.#database.get('SELECT * FROM followed_logs WHERE node = ?', followedRow, node);
  }

  nodes(): Hex[] {
    return this.#database.all('SELECT node FROM followed_logs ORDER BY node', nodeRow);
  }

  keep(log: FollowedLog): void {
    const [verified, heads] = [log.verified ? toColumn(log.verified) : null, toColumn(log.heads)];
    const before = this.followed(log.node);
    const isSame =
      before !== undefined &&
      (before.verified ? toColumn(before.verified) : null) === verified &&
      toColumn(before.heads) === heads;
    if (isSame) return;
    this.#database.run(
      'UPDATE followed_logs SET verified = ?, heads = ? WHERE node = ?',
      verified,
      heads,
      log.node,
    );
  }

  #expected(where: string, ...parameters: string[]): Expected[] {
    const sql = `SELECT digest, statement, place FROM expected_statements ${where}`;
    return this.#database.all(sql, expectedRow, ...parameters).map(({ statement, place }) => ({
      ...this.#describe(statement),
      statement,
      place: place ?? undefined,
    }));
  }

  #describe(statement: LoggedStatement): Omit<Expected, 'statement' | 'place'> {
    const { leafSalt } = statement;
    const { logIndex, anchorBy } = statement.signed.message;
    const [digest, node] =
      statement.type === 'Receipt'
        ? [
            statementDigest('Receipt', statement.signed.message, this.#domains),
            statement.signed.message.provider,
          ]
        : [
            statementDigest('AuditReport', statement.signed.message, this.#domains),
            statement.signed.message.auditor,
          ];
    const leaf = logLeafHash(statement.type, digest, leafSalt);
    return { digest, node: node.toLowerCase() as Hex, leaf, logIndex, anchorBy };
  }
}
