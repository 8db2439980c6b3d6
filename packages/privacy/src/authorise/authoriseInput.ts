import type { Grant, Hex, Manifest, Offer, Order, Policy, TableDescription } from '@koinon/protocol';
import type { ChargedBits } from './checkPolicy.ts';

/** A dataset as it stands on chain now. */
export interface DatasetFacts {
  /** Token id in `Datasets`. */
  id: bigint;
  /** Raised by a sale or by revoking all grants; a grant names the epoch it was given in. */
  epoch: bigint;
  owner: Hex;
  contentRoot: Hex;
  /** Operator of the node that holds the bytes. */
  custodian: Hex;
  policyDigest: Hex;
}

/** How a grant stands. */
export interface GrantState {
  revoked: boolean;
  /** Uses taken by other orders; this order's own is not among them. */
  usesTaken: number;
  /** The dataset's present epoch. */
  epoch: bigint;
}

/** What is to be decided upon, and everything it is held against. Addresses and digests in lower case. */
export interface AuthoriseInput {
  /** Read back from the bytes that will run. */
  manifest: Manifest;
  /** The digest under which the order names it; computed again here. */
  manifestDigest: Hex;
  /** Its signature is verified already; `orderSigner`, where given, is held against the requester. */
  order: Order;
  orderSigner?: Hex;
  grant?: Grant;
  /** EIP-712 digest of the grant. */
  grantDigest?: Hex;
  /** Who signed the grant. */
  grantSigner?: Hex;
  /** Text of the purpose the owner agreed to, where this node knows it; its sha-256 stands in the grant. */
  purpose?: string;
  dataset?: DatasetFacts;
  grantState?: GrantState;
  policy?: Policy;
  /** What the dataset's record says of its table. */
  description?: TableDescription;
  /** Bits charged before this order; its own are not among them. */
  charged?: ChargedBits;
  /** Micro-rho reserved on chain for this order. */
  reservedMicroRho?: bigint;
  /** Operator address of the node that decides. */
  self: Hex;
  /** Unix seconds. */
  nowSeconds: bigint | number;
  /** This node's offer, for public work. */
  offer?: Offer;
}

/** Why an order is refused: a stable code, what is wrong, and what to do. */
export interface Refusal {
  code: `K_${string}`;
  message: string;
  next?: string;
}

export type Decision = { allow: true } | { allow: false; reasons: Refusal[] };

/** Collects refusals, so that a person sees all of them at once. */
export class Refusals {
  readonly reasons: Refusal[] = [];

  unless(condition: boolean, code: `K_${string}`, message: string, next?: string): void {
    if (condition) return;
    this.reasons.push({ code, message, ...(next === undefined ? {} : { next }) });
  }

  get decision(): Decision {
    return this.reasons.length === 0 ? { allow: true } : { allow: false, reasons: this.reasons };
  }
}
