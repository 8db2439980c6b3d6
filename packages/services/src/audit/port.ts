import type { Trace } from '@koinon/integrity';
import type { Dossier } from '@koinon/kernel';
import type { Hex } from '@koinon/protocol';

/** What an audit came to. */
export interface AuditFinding {
  receipt: Hex;
  provider: Hex;
  dossier: Dossier;
  /** See `auditVerdicts`. */
  verdict: number;
  differences: string[];
  /** This node's own execution; undefined after a restart, and where there was none. */
  trace: Trace | undefined;
}

/** What others may ask of the audits done here. */
export interface AuditPort {
  /** Calls the handler for every report that stands in the log, for what differs again after a restart. Returns what stops it. */
  onFinding(handler: (finding: AuditFinding) => void): () => void;
}
