import { column, type Database } from '@koinon/store';
import { z } from 'zod';

const counted = z.object({ name: column.text, amount: column.integer });
const duration = z.object({ seconds: z.number() });

/** How much of each kind the node's books hold. Counted by the database: reading every row would parse it whole. */
export interface BookCounts {
  jobs: Record<'accepted' | 'sealed' | 'paid' | 'failed', number>;
  jobsUnderWay: number;
  audits: Record<'reported' | 'refused', number>;
  auditsUnderWay: number;
  /** Receipts found false here, by what became of them. */
  courtCases: Record<'found' | 'accused' | 'dropped', number>;
  /** Manifests run for the court: disputed receipts, as accuser or as juror. */
  courtReplays: number;
  vouchers: Record<'given' | 'taken', number>;
  grantRequests: Record<'pending' | 'approved' | 'denied' | 'expired', number>;
  datasets: number;
}

/** `operator` tells the vouchers this node gave from those it took. */
export function countBooks(database: Database, operator: string): BookCounts {
  const group = (sql: string, ...values: string[]): ((name: string) => number) => {
    const rows = new Map(database.all(sql, counted, ...values).map(({ name, amount }) => [name, amount]));
    return name => rows.get(name) ?? 0;
  };
  const jobs = group('SELECT state AS name, count(*) AS amount FROM jobs GROUP BY state');
  const audits = group('SELECT state AS name, count(*) AS amount FROM audits GROUP BY state');
  const grants = group('SELECT status AS name, count(*) AS amount FROM grantRequests GROUP BY status');
  const vouchers = group(
    `SELECT CASE WHEN json_extract(params, '$.payer') = ? THEN 'given' ELSE 'taken' END AS name,
       count(*) AS amount FROM payments JOIN channels USING (channel) GROUP BY name`,
    operator,
  );
  const cases = group('SELECT state AS name, count(*) AS amount FROM cases GROUP BY state');
  const replays = group(`SELECT 'all' AS name, count(*) AS amount FROM replays`);
  const datasets = group(`SELECT 'all' AS name, count(*) AS amount FROM datasets`);
  const [paid, sealed, failed, underWay] = [
    jobs('paid'),
    jobs('sealed'),
    jobs('failed'),
    jobs('accepted') + jobs('running'),
  ];
  return {
    // A job passes through the states, so each counts all that ever came so far.
    jobs: { accepted: paid + sealed + failed + underWay, sealed: sealed + paid, paid, failed },
    jobsUnderWay: underWay,
    audits: { reported: audits('reported'), refused: audits('refused') },
    auditsUnderWay: audits('pending'),
    courtCases: { found: cases('found'), accused: cases('accused'), dropped: cases('dropped') },
    courtReplays: replays('all'),
    vouchers: { given: vouchers('given'), taken: vouchers('taken') },
    grantRequests: {
      pending: grants('pending'),
      approved: grants('approved'),
      denied: grants('denied'),
      expired: grants('expired'),
    },
    datasets: datasets('all'),
  };
}

/** Seconds each finished public job ran here. Private ones are left out: their timing tells about the rows. */
export function jobSeconds(database: Database): number[] {
  return database
    .all(
      `SELECT json_extract(result, '$.wallMs') / 1000.0 AS seconds FROM jobs
       WHERE result IS NOT NULL AND "grant" IS NULL`,
      duration,
    )
    .map(({ seconds }) => seconds);
}
