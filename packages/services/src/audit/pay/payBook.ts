import type { Place } from '@koinon/chain';
import { toColumn } from '@koinon/kernel';
import { type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/**
 * `new`: its proof is still to be gathered. `waiting`: for its drawing. `redeeming`: it won, and is being paid. `paid`. `lost`:
 * its order did not win. `closed`: nothing is to be had for it, `reason` says why.
 */
export const payStates = ['new', 'waiting', 'redeeming', 'paid', 'lost', 'closed'] as const;

/** What only the moment after the audit can gather: the provider may be gone when the drawing comes. */
export interface PayProof {
  drawing: bigint;
  /** Unix seconds: from when the drawing can be held, and when the places in logs may be out of reach. */
  heldFrom: number;
  closesAt: number;
  /** The draw at which the lot fell on this node, and the beacon's round that decided it. */
  k: number;
  receiptRound: bigint;
  receiptPlace: Place;
}

/** A report of this node that its requester's fund may pay for. */
export interface PayEntry {
  receipt: Hex;
  state: (typeof payStates)[number];
  proof: PayProof | undefined;
  /** Whether the beacon's value for the receipt was recorded on chain. */
  isKept: boolean;
  reason: string | undefined;
  /** Base units of the order's token. */
  amount: bigint | undefined;
}

const proofSchema = z.object({
  drawing: schema.uint(256),
  heldFrom: z.number(),
  closesAt: z.number(),
  k: z.number(),
  receiptRound: schema.uint(64),
  receiptPlace: z.object({
    leafSalt: schema.bytes32,
    anchorIndex: schema.uint(64),
    path: z.array(schema.bytes32),
  }),
});
const rowSchema = z
  .object({
    receipt: schema.bytes32,
    state: z.enum(payStates),
    proof: column.json(proofSchema).nullable(),
    isKept: column.boolean,
    reason: column.text.nullable(),
    amount: column.amount.nullable(),
  })
  .transform(
    (row): PayEntry => ({
      ...row,
      proof: row.proof ?? undefined,
      reason: row.reason ?? undefined,
      amount: row.amount ?? undefined,
    }),
  );

/** The reports a node may be paid for, each once. */
export class PayBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('auditPay', [
      `CREATE TABLE auditPay (
        receipt TEXT PRIMARY KEY, state TEXT NOT NULL, proof TEXT, isKept INTEGER NOT NULL DEFAULT 0, reason TEXT, amount TEXT
      ) STRICT;
      CREATE INDEX auditPay_state ON auditPay (state);`,
    ]);
  }

  get(receipt: Hex): PayEntry | undefined {
    return this.#database.get('SELECT * FROM auditPay WHERE receipt = ?', rowSchema, receipt);
  }

  /** Those that may still be paid, oldest first. */
  open(): PayEntry[] {
    return this.#database.all(
      `SELECT * FROM auditPay WHERE state IN ('new', 'waiting', 'redeeming') ORDER BY rowid`,
      rowSchema,
    );
  }

  /** Takes a report on; one known already stays as it is. */
  add(receipt: Hex): void {
    this.#database.run(
      `INSERT INTO auditPay (receipt, state) VALUES (?, 'new') ON CONFLICT DO NOTHING`,
      receipt,
    );
  }

  prove(receipt: Hex, proof: PayProof): void {
    const text = toColumn(proof);
    this.#database.run(`UPDATE auditPay SET state = 'waiting', proof = ? WHERE receipt = ?`, text, receipt);
  }

  keep(receipt: Hex): void {
    this.#database.run('UPDATE auditPay SET isKept = 1 WHERE receipt = ?', receipt);
  }

  redeem(receipt: Hex): void {
    this.#database.run(`UPDATE auditPay SET state = 'redeeming' WHERE receipt = ?`, receipt);
  }

  pay(receipt: Hex, amount: bigint): void {
    const text = amount.toString();
    this.#database.run(`UPDATE auditPay SET state = 'paid', amount = ? WHERE receipt = ?`, text, receipt);
  }

  close(receipt: Hex, state: 'lost' | 'closed', reason: string): void {
    this.#database.run(`UPDATE auditPay SET state = ?, reason = ? WHERE receipt = ?`, state, reason, receipt);
  }
}
