import type { Order } from '@koinon/protocol';
import { divideUp, ONE_PPM } from '../ppm.ts';

/** What an order's assurance adds to its price, base units of the order's token. */
export interface AssurancePrice {
  /** One replica. */
  workAmount: bigint;
  /** All other replicas. */
  replicasAmount: bigint;
  /** Expected pay of auditors: auditRatePpm · auditAmount, rounded up; goes to the pool as a fee voucher. */
  auditsAmount: bigint;
  totalAmount: bigint;
}

export function priceOfAssurance(
  order: Pick<Order, 'replicas' | 'auditRatePpm' | 'auditAmount'>,
  workAmount: bigint,
): AssurancePrice {
  const replicasAmount = workAmount * BigInt(Math.max(order.replicas, 1) - 1);
  // Every replica's receipt is a leaf of its own, and each may be drawn.
  const receipts = BigInt(Math.max(order.replicas, 1));
  const auditsAmount = divideUp(receipts * BigInt(order.auditRatePpm) * order.auditAmount, BigInt(ONE_PPM));
  return {
    workAmount,
    replicasAmount,
    auditsAmount,
    totalAmount: workAmount + replicasAmount + auditsAmount,
  };
}
