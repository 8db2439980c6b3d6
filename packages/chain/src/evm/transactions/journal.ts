import type { Hex } from '@koinon/protocol';
import { z } from 'zod';
import type { Mined } from '../../port/transaction.ts';

/** One transaction as the journal keeps it: written before it is first broadcast. */
export interface JournaledTransaction {
  account: Hex;
  key: string;
  chainId: number;
  nonce: number;
  to: Hex | null;
  data: Hex;
  /** Gas limit. */
  gas: bigint;
  /** What it does, for people: "claiming 2 vouchers". */
  doing: string;
  /** Signed, ready to broadcast again: the newest replacement last. All share the nonce. */
  attempts: { hash: Hex; raw: Hex; maxFeePerGasWei: bigint; maxPriorityFeePerGasWei: bigint }[];
  submittedAtMs: number;
  /** `dropped`: refused by the endpoint before any pool took it. */
  outcome:
    | { status: 'pending' }
    | { status: 'dropped' }
    | { status: 'mined'; mined: Mined }
    | { status: 'reverted'; mined: Mined };
}

/** Durable memory of what was sent. `put` must be on disk when it returns. */
export interface TransactionJournal {
  put(entry: JournaledTransaction): void;
  get(account: Hex, chainId: number, key: string): JournaledTransaction | undefined;
  /** Those without an outcome, ascending by nonce. */
  pending(account: Hex, chainId: number): JournaledTransaction[];
  /** The last `count` with an outcome, ascending by nonce: a chain that went back may have lost them. */
  recent(account: Hex, chainId: number, count: number): JournaledTransaction[];
}

/** A journal that forgets with the process: for tests, readers and one-off commands. */
export function memoryJournal(): TransactionJournal {
  const entries = new Map<string, JournaledTransaction>();
  const of = (account: Hex, chainId: number, pending: boolean) =>
    [...entries.values()]
      .filter(entry => entry.account === account && entry.chainId === chainId)
      .filter(entry => (entry.outcome.status === 'pending') === pending)
      .sort((a, b) => a.nonce - b.nonce);
  return {
    put: entry => void entries.set(`${entry.chainId}:${entry.account}:${entry.key}`, structuredClone(entry)),
    get: (account, chainId, key) => entries.get(`${chainId}:${account}:${key}`),
    pending: (account, chainId) => of(account, chainId, true),
    recent: (account, chainId, count) => of(account, chainId, false).slice(-count),
  };
}

/** The part of `DatabaseSync` (node:sqlite) the journal uses. */
export interface SqlDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: (string | number)[]): unknown;
    get(...values: (string | number)[]): unknown;
    all(...values: (string | number)[]): unknown[];
  };
}

const hex = z.custom<Hex>(value => typeof value === 'string' && /^0x[0-9a-f]*$/.test(value));
const integer = z.number().int().nonnegative();
const amount = z.string().transform(text => BigInt(text));
const mined = z.object({
  transaction: hex,
  block: integer,
  blockHash: hex,
  gasUsed: amount,
});
const entrySchema = z.object({
  account: hex,
  key: z.string(),
  chainId: integer,
  nonce: integer,
  to: hex.nullable(),
  data: hex,
  gas: amount,
  doing: z.string(),
  attempts: z.array(
    z.object({ hash: hex, raw: hex, maxFeePerGasWei: amount, maxPriorityFeePerGasWei: amount }),
  ),
  submittedAtMs: z.number(),
  outcome: z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending') }),
    z.object({ status: z.literal('dropped') }),
    z.object({ status: z.literal('mined'), mined }),
    z.object({ status: z.literal('reverted'), mined }),
  ]),
});
const rowSchema = z.object({ entry: z.string() });

/** A journal in a table of the node's own SQLite database. `put` is as durable as the database's `synchronous`. */
export function sqliteJournal(database: SqlDatabase): TransactionJournal {
  database.exec(`create table if not exists chain_transactions (
    chain_id integer not null, account text not null, key text not null,
    nonce integer not null, pending integer not null, entry text not null,
    primary key (chain_id, account, key)) strict, without rowid;
    create index if not exists chain_transactions_by_nonce on chain_transactions (chain_id, account, pending, nonce);`);
  const put = database.prepare(
    'insert or replace into chain_transactions (chain_id, account, key, nonce, pending, entry) values (?, ?, ?, ?, ?, ?)',
  );
  const get = database.prepare(
    'select entry from chain_transactions where chain_id = ? and account = ? and key = ?',
  );
  const list = database.prepare(`select entry from chain_transactions
    where chain_id = ? and account = ? and pending = ? order by nonce desc limit ?`);
  const parse = (row: unknown): JournaledTransaction =>
    entrySchema.parse(JSON.parse(rowSchema.parse(row).entry));
  return {
    put(entry) {
      const text = JSON.stringify(entry, (_, value) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
      const pending = entry.outcome.status === 'pending' ? 1 : 0;
      put.run(entry.chainId, entry.account, entry.key, entry.nonce, pending, text);
    },
    get(account, chainId, key) {
      const row = get.get(chainId, account, key);
      return row === undefined ? undefined : parse(row);
    },
    pending: (account, chainId) => list.all(chainId, account, 1, 1_000_000).map(parse).reverse(),
    recent: (account, chainId, count) => list.all(chainId, account, 0, count).map(parse).reverse(),
  };
}
