import { type Domains, type Hex, type JobEvidence, type Manifest, statementDigest } from '@koinon/protocol';
import { type Checker, checkerFor } from '../check.ts';
import { readManifest } from '../readManifest.ts';
import type { Sources } from '../sources.ts';
import { type GateTerms, type Records, readGateTerms } from './gateTerms.ts';

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
  /** Undefined for public work, and where manifest or permission are missing. */
  readonly terms: GateTerms | undefined;
}

/** Throws when the domains are no domains. `records` names the records of datasets, where a passport does. */
export async function jobContext(
  evidence: JobEvidence,
  domains: Domains,
  job: string,
  sources: Sources,
  records: Records = new Map(),
): Promise<JobContext> {
  const { order, receipt, grant } = evidence;
  const manifest = await readManifest(evidence, sources);
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
    manifest,
    terms:
      manifest?.private && grant
        ? await readGateTerms(grant.message, manifest, sources, records, evidence.verdict)
        : undefined,
  };
}

/** What a check says that needs the manifest when there is none. */
export const NO_MANIFEST =
  'The description of the job could not be read, so there is nothing to compare with.';
