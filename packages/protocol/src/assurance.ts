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
