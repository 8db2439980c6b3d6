import type { ChannelParams } from '@koinon/chain';
import {
  channelSchema,
  fromHex,
  type Hex,
  KoinonError,
  rootOf,
  type Signed,
  schema,
  signedSchema,
  toHex,
  type Voucher,
} from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';

/** One side's view of a channel: its running total, what it paid for in order, and the newest voucher. */
export interface ChannelAccount {
  channel: Hex;
  params: ChannelParams;
  cumulativeAmount: bigint;
  voucher: Signed<'Voucher'> | undefined;
}

const rowSchema = z
  .object({
    channel: schema.bytes32,
    params: column.json(channelSchema),
    cumulativeAmount: column.amount,
    voucher: column.json(signedSchema('Voucher')).nullable(),
  })
  .transform((row): ChannelAccount => ({ ...row, voucher: row.voucher ?? undefined }));
const paymentSchema = z.object({
  receipt: schema.bytes32,
  order: schema.bytes32,
  channel: schema.bytes32,
  amount: column.amount,
  voucher: column.json(signedSchema('Voucher')),
});
/** One receipt paid, with the voucher that paid it. */
export type Payment = z.output<typeof paymentSchema>;
const PAYMENT_COLUMNS = 'receipt, "order", channel, amount, voucher';

/**
 * The vouchers of the channels this node pays from or is paid by. A receipt is paid once, whatever is repeated: the
 * payment and the new total are one durable write.
 */
export class ChannelBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('channels', [
      `CREATE TABLE channels (
        channel TEXT PRIMARY KEY, params TEXT NOT NULL, cumulativeAmount TEXT NOT NULL, voucher TEXT
      ) STRICT;
      CREATE TABLE payments (
        receipt TEXT PRIMARY KEY, "order" TEXT NOT NULL, channel TEXT NOT NULL REFERENCES channels (channel),
        amount TEXT NOT NULL, voucher TEXT NOT NULL, isDelivered INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX payments_channel ON payments (channel);`,
    ]);
  }

  open(channel: Hex, params: ChannelParams): void {
    this.#database.run(
      `INSERT INTO channels (channel, params, cumulativeAmount) VALUES (?, ?, '0') ON CONFLICT DO NOTHING`,
      channel,
      toColumn(params),
    );
  }

  get(channel: Hex): ChannelAccount | undefined {
    return this.#database.get('SELECT * FROM channels WHERE channel = ?', rowSchema, channel);
  }

  list(): ChannelAccount[] {
    return this.#database.all('SELECT * FROM channels ORDER BY rowid', rowSchema);
  }

  paymentOf(receipt: Hex): Payment | undefined {
    return this.#database.get(
      `SELECT ${PAYMENT_COLUMNS} FROM payments WHERE receipt = ?`,
      paymentSchema,
      receipt,
    );
  }

  payments(channel: Hex): Payment[] {
    return this.#database.all(
      `SELECT ${PAYMENT_COLUMNS} FROM payments WHERE channel = ? ORDER BY rowid`,
      paymentSchema,
      channel,
    );
  }

  /** Vouchers this node gave, and took. */
  counts(self: Hex): { given: number; taken: number } {
    const row = this.#database.get(
      `SELECT coalesce(sum(json_extract(params, '$.payer') = ?), 0) AS given, count(*) AS total
       FROM payments JOIN channels USING (channel)`,
      z.object({ given: column.integer, total: column.integer }),
      self,
    )!;
    return { given: row.given, taken: row.total - row.given };
  }

  /** Vouchers the payee has not confirmed, oldest first: the order in which it takes them. */
  undelivered(channel: Hex): Payment[] {
    return this.#database.all(
      `SELECT ${PAYMENT_COLUMNS} FROM payments WHERE channel = ? AND isDelivered = 0 ORDER BY rowid`,
      paymentSchema,
      channel,
    );
  }

  setDelivered(receipt: Hex): void {
    this.#database.run('UPDATE payments SET isDelivered = 1 WHERE receipt = ?', receipt);
  }

  /** The voucher that would pay one more receipt; nothing is written. */
  next(channel: Hex, receipt: Hex, amount: bigint): Voucher {
    const account = this.get(channel);
    if (!account) throw unknownChannel(channel);
    const receipts = this.payments(channel).map(payment => payment.receipt);
    return {
      channel,
      cumulativeAmount: account.cumulativeAmount + amount,
      receiptsRoot: toHex(rootOf([...receipts, receipt].map(fromHex))),
    };
  }

  /** Records that a receipt is paid by this voucher, in one write; a receipt paid before changes nothing. */
  record(payment: { receipt: Hex; order: Hex; amount: bigint; voucher: Signed<'Voucher'> }): void {
    const { receipt, order, amount, voucher } = payment;
    const { channel, cumulativeAmount } = voucher.message;
    this.#database.transaction(() => {
      if (this.paymentOf(receipt)) return;
      this.#database.run(
        `INSERT INTO payments (${PAYMENT_COLUMNS}, isDelivered) VALUES (?, ?, ?, ?, ?, 0)`,
        receipt,
        order,
        channel,
        amount.toString(),
        toColumn(voucher),
      );
      this.#database.run(
        'UPDATE channels SET cumulativeAmount = ?, voucher = ? WHERE channel = ?',
        cumulativeAmount.toString(),
        toColumn(voucher),
        channel,
      );
    });
  }
}

function unknownChannel(channel: Hex): KoinonError {
  return new KoinonError({
    code: 'K_CHANNEL_UNKNOWN',
    message: `No channel ${channel} here.`,
    fault: 'peer',
  });
}
