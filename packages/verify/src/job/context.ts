import { type Domains, type Hex, type JobEvidence, type Manifest, statementDigest } from '@koinon/protocol';
import { type Checker, checkerFor } from '../check.ts';
import { readManifest } from '../readManifest.ts';
import type { Sources } from '../sources.ts';

/** What every check of a job may look at. */
export interface JobContext {
  readonly evidence: JobEvidence;
  readonly domains: Domains;
  readonly sources: Sources;
  readonly check: Checker;
  /** Names of the statements, as they are computed here, not as anybody says. */
  readonly digests: { order: Hex; receipt: Hex; grant: Hex | undefined };
  /** Undefined when its bytes are missing, altered or malformed. */
  readonly manifest: Manifest | undefined;
}

/** Throws when the domains are no domains. */
export async function jobContext(
  evidence: JobEvidence,
  domains: Domains,
  job: string,
  sources: Sources,
): Promise<JobContext> {
  const { order, receipt, grant } = evidence;
  return {
    evidence,
    domains,
    sources,
    check: checkerFor(job),
    digests: {
      order: statementDigest('Order', order.message, domains),
      receipt: statementDigest('Receipt', receipt.message, domains),
      grant: grant && statementDigest('Grant', grant.message, domains),
    },
    manifest: await readManifest(evidence, sources),
  };
}

/** What a check says that needs the manifest when there is none. */
export const NO_MANIFEST =
  'The description of the job could not be read, so there is nothing to compare with.';
