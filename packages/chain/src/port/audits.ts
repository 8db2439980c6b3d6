import type { Hex, Order, Signed } from '@koinon/protocol';
import type { Place } from './court.ts';
import type { Mined, WriteOptions } from './transaction.ts';

/** Constants the audits were deployed with: seconds, and KOIN base units. */
export interface AuditTerms {
  /** One order in so many pays for its audit, so many times its due. */
  ticketOdds: bigint;
  /** The least for one planted fault. */
  plantDeposit: bigint;
  refundSeconds: number;
  revealSeconds: number;
  reportSeconds: number;
  /** The last draw whose auditors are paid. */
  maxK: number;
}

/** A provider's commitment to planted faults. */
export interface PlantSetView {
  provider: Hex;
  /** Unix seconds. */
  committedAt: number;
  count: number;
  revealed: number;
  root: Hex;
  /** KOIN base units; 0 once the set is closed. */
  deposit: bigint;
}

/** What proves that a report is to be paid. */
export interface Ticket {
  order: Signed<'Order'>;
  receipt: Signed<'Receipt'>;
  /** In the first anchor that holds the receipt. */
  receiptPlace: Place;
  report: Signed<'AuditReport'>;
  /** In any anchor made before the drawing. */
  reportPlace: Place;
  /** The draw at which the lot fell on the auditor. */
  k: number;
}

/** Planted faults and auditors' pay (contracts/src/interfaces/IAudits.sol). Allowances are seen to. */
export interface Audits {
  readonly address: Hex;
  terms(): Promise<AuditTerms>;

  /** Adds to what pays for the audits of a requester's orders; `requester` is the sending account by default. */
  fund(token: Hex, amount: bigint, requester?: Hex, options?: WriteOptions): Promise<Mined>;
  /** Starts the delay after which the sender may take `amount` of its fund back. */
  requestRefund(token: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  refund(token: Hex, options?: WriteOptions): Promise<Mined>;
  /** Base units for orders to come. */
  fundOf(requester: Hex, token: Hex): Promise<bigint>;
  /** What was asked back; undefined when nothing is on its way. */
  leavingOf(requester: Hex, token: Hex): Promise<{ amount: bigint; refundableAt: number } | undefined>;

  /** `root`: RFC 6962 root over leaves whose data is order digest ‖ salt. The sending operator leaves the deposit. */
  commitPlants(root: Hex, count: number, options?: WriteOptions): Promise<Mined & { set: Hex }>;
  /** What a set would cost the provider now, KOIN base units. */
  plantDepositOf(provider: Hex, count: number): Promise<bigint>;
  revealPlant(
    set: Hex,
    order: Order,
    consent: Signed<'Plant'>,
    salt: Hex,
    inclusion: { index: bigint; path: Hex[] },
    options?: WriteOptions,
  ): Promise<Mined>;
  /** Deposit back when all were revealed; after the window it burns otherwise. */
  closePlants(set: Hex, options?: WriteOptions): Promise<Mined>;
  /** Unix seconds at which the order was committed to as a planted fault; undefined when it was not, or is not revealed. */
  plantedAt(provider: Hex, order: Hex): Promise<number | undefined>;
  plantSet(set: Hex): Promise<PlantSetView | undefined>;

  /** The drawing of orders that expire then (unix seconds), and from when it can be held. */
  drawingOf(expiresAt: bigint): Promise<{ drawing: bigint; heldFrom: number }>;
  /** Fixes the beacon round of a drawing once its time has come. */
  hold(drawing: bigint, options?: WriteOptions): Promise<Mined & { round: bigint }>;
  /** The beacon round that decides a drawing; undefined while it was not held. */
  roundOf(drawing: bigint): Promise<bigint | undefined>;
  /** Whether an order wins in a drawing of that value: sha256(value ‖ order digest) as a number, modulo the odds, is 0. */
  wins(order: Hex, value: Hex): Promise<boolean>;
  /** Pays the auditor's report about a winning order. `paid`: base units of the order's token. */
  redeem(ticket: Ticket, options?: WriteOptions): Promise<Mined & { paid: bigint }>;
  /** Whether the order (EIP-712 digest) has paid for its audit. */
  paid(order: Hex): Promise<boolean>;
}
