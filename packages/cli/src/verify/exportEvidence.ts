import { writeFile } from 'node:fs/promises';
import { type Cid, cidOfNode, encodeNode, KoinonError, toWire } from '@koinon/protocol';
import { domainsOf, exportBundle, gatherBlobs, readPassport, type Sources } from '@koinon/verify';
import { gatherDispute } from './gatherDispute.ts';
import type { Subject } from './subject.ts';

/**
 * Writes the evidence and every public blob it names to one file, with the disputed step where there is one; its size in bytes and the blobs in it. Throws `K_FILE`,
 * and a schema's error for a passport that is none.
 */
export async function exportEvidence(
  subject: Exclude<Subject, { kind: 'bundle' }>,
  sources: Sources,
  path: string,
  step?: number,
): Promise<{ path: string; size: number; blobs: number }> {
  const bytes = await bundleOf(subject, sources, step);
  try {
    await writeFile(path, bytes.file);
  } catch (cause) {
    throw new KoinonError({
      code: 'K_FILE',
      message: `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      fault: 'user',
      next: 'Give --export the path of a file in a folder that exists.',
      cause,
    });
  }
  return { path, size: bytes.file.length, blobs: bytes.blobs };
}

async function bundleOf(
  subject: Exclude<Subject, { kind: 'bundle' }>,
  sources: Sources,
  step: number | undefined,
): Promise<{ file: Uint8Array; blobs: number }> {
  const isJob = subject.kind === 'job';
  const wire = isJob ? toWire(subject.evidence) : undefined;
  const root: Cid = isJob ? cidOfNode(wire) : subject.cid;
  const content = isJob ? encodeNode(wire) : subject.bytes;
  const named = await gatherBlobs(
    isJob ? { evidence: subject.evidence } : { passport: readPassport(subject.bytes) },
    sources,
  );
  const dispute = isJob ? await gatherDispute(subject, sources, step) : undefined;
  const blobs = new Map([...named, ...(dispute?.blobs ?? []), [root, content] as const]);
  const file = exportBundle({
    root,
    blobs,
    ...(isJob ? { domains: domainsOf(subject.evidence, subject.domains) } : {}),
    ...(dispute ? { dispute: dispute.name } : {}),
  });
  return { file, blobs: blobs.size };
}
