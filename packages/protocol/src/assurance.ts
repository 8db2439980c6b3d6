import { ZERO_32 } from './bytes.ts';
import type { Order } from './statement.ts';

/** How a result is checked; part of the order, the price and the receipt. Numbers are those of `Order.assurance`. */
export const assurances = { none: 0, redundant: 1, replay: 2, 'owner-audited': 3, outcome: 4 } as const;
export type Assurance = keyof typeof assurances;

/** `AuditReport.verdict`. */
export const auditVerdicts = { agrees: 1, differs: 2, unavailable: 3 } as const;

/** Bits of a node's roles in `Nodes`. */
export const roles = { custody: 1, provide: 2, audit: 4, evaluate: 8, gateway: 16 } as const;
export type Role = keyof typeof roles;

export function rolesOf(mask: number): Role[] {
  return (Object.keys(roles) as Role[]).filter(role => (mask & roles[role]) !== 0);
}

/** A rate of one: every receipt of the order is replayed. */
export const AUDIT_RATE_ALWAYS_PPM = 1_000_000;

/** Most replicas of one order. */
export const REPLICAS_MAX = 16;

/**
 * Whether the terms of an order fit its assurance. `none` and `outcome`: nothing is replayed; `redundant`: 2 to
 * `REPLICAS_MAX` replicas, a comparator or bytes, an audit rate that may be zero; `replay`: some rate; `owner-audited`: always.
 */
export function areAssuranceTermsSound(
  order: Pick<Order, 'assurance' | 'replicas' | 'auditRatePpm' | 'comparator'>,
): boolean {
  const { assurance, replicas, auditRatePpm: rate, comparator } = order;
  const isSingle = replicas === 1 && comparator === ZERO_32;
  switch (assurance) {
    case assurances.none:
    case assurances.outcome:
      return isSingle && rate === 0;
    case assurances.redundant:
      return replicas >= 2 && replicas <= REPLICAS_MAX && rate <= AUDIT_RATE_ALWAYS_PPM;
    case assurances.replay:
      return isSingle && rate > 0 && rate <= AUDIT_RATE_ALWAYS_PPM;
    case assurances['owner-audited']:
      return isSingle && rate === AUDIT_RATE_ALWAYS_PPM;
    default:
      return false;
  }
}
