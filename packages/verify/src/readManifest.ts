import { type Cid, decodeManifest, type JobEvidence, type Manifest } from '@koinon/protocol';
import { readBlob } from './blob.ts';
import type { Sources } from './sources.ts';

/** The description of a job; undefined when it is missing or altered, which the job's own checks report. */
export async function readManifest(
  evidence: Pick<JobEvidence, 'manifest'>,
  sources: Sources,
): Promise<Manifest | undefined> {
  const bytes = await readBlob(sources, evidence.manifest);
  if (!bytes) return undefined;
  try {
    return decodeManifest(bytes);
  } catch {
    return undefined;
  }
}

/** The blob an input is, where it is a public one. */
export function publicSource(source: Manifest['inputs'][number]['source']): Cid | undefined {
  if ('cid' in source) return source.cid;
  return 'candidate' in source ? source.candidate : undefined;
}
