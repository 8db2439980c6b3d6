import type { Cid, Domains, Hex, JobEvidence } from '@koinon/protocol';

/** What is to be checked, found. */
export type Subject =
  | { kind: 'passport'; title: string; cid: Cid; bytes: Uint8Array }
  | { kind: 'job'; title: string; receipt: Hex; evidence: JobEvidence; domains: Domains }
  /** A file: `cid` and `blobs` are its own. */
  | { kind: 'bundle'; title: string; bytes: Uint8Array };
