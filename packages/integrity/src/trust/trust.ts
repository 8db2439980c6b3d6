/** A node's record with one program. */
export interface Trust {
  /** Audits really done in a row that agreed. */
  consecutive: number;
  /** All audits that agreed, ever. */
  agreed: number;
  faults: number;
}

/**
 * `agreed`: a replay by an independent node agreed and stands in its log. `fault`: a conviction, or a confirmed
 * difference. `unavailable`: nobody could replay; says nothing for the node.
 */
export type AuditResult = 'agreed' | 'fault' | 'unavailable';

export const NO_TRUST: Trust = { consecutive: 0, agreed: 0, faults: 0 };

/** The record after one more audit: grows by one, falls to zero, or stays. */
export function afterAudit(trust: Trust, result: AuditResult): Trust {
  switch (result) {
    case 'agreed':
      return { ...trust, consecutive: trust.consecutive + 1, agreed: trust.agreed + 1 };
    case 'fault':
      return { ...trust, consecutive: 0, faults: trust.faults + 1 };
    case 'unavailable':
      return trust;
  }
}
