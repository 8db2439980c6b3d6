import { type Cid, decodeManifest, type JobEvidence, type Passport } from '@koinon/protocol';
import { readBlob } from '../blob.ts';
import { policyCid, recordIn } from '../job/gateTerms.ts';
import { jobsOf } from '../passport/jobsOf.ts';
import { publicSource } from '../readManifest.ts';
import type { Sources } from '../sources.ts';

/** Every blob that the evidence names and the source gives: descriptions, programs, public inputs, outputs, verdicts, owners' rules. */
export async function gatherBlobs(
  of: { passport: Passport } | { evidence: JobEvidence },
  sources: Pick<Sources, 'blob'>,
): Promise<Map<Cid, Uint8Array>> {
  const blobs = new Map<Cid, Uint8Array>();
  const take = async (cid: Cid): Promise<Uint8Array | undefined> => {
    const bytes = blobs.get(cid) ?? (await readBlob(sources, cid));
    if (bytes) blobs.set(cid, bytes);
    return bytes;
  };
  const jobs = 'passport' in of ? jobsOf(of.passport).map(job => job.evidence) : [of.evidence];
  for (const evidence of jobs) {
    const manifest = await take(evidence.manifest);
    if (manifest) for (const cid of namedBy(manifest)) await take(cid);
    for (const { cid } of evidence.outputs) await take(cid);
    const verdict = evidence.verdict && (await take(evidence.verdict));
    const record = verdict && recordIn(verdict);
    if (record) await take(record);
    if (evidence.grant) await take(policyCid(evidence.grant.message.policy));
  }
  if ('passport' in of) for (const { metadata } of of.passport.datasets) await take(metadata);
  return blobs;
}

function namedBy(manifest: Uint8Array): Cid[] {
  try {
    const { program, inputs } = decodeManifest(manifest);
    return [program, ...inputs.flatMap(({ source }) => publicSource(source) ?? [])];
  } catch {
    return [];
  }
}
