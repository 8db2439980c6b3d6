import { type Cid, decodeNode, jobEvidenceSchema } from '@koinon/protocol';
import { z } from 'zod';
import { readPassport } from '../passport/readPassport.ts';
import { disputeEvidenceSchema } from '../step/disputeEvidence.ts';
import type { Bundle } from './bundle.ts';
import { gatherBlobs } from './gatherBlobs.ts';

/** Only what every evidence has, to tell it from a passport. */
const kindSchema = z.object({ koinon: z.string() });

/** True for the evidence of one job, whether or not it is whole. */
export function isJobEvidence(bytes: Uint8Array): boolean {
  return attempt(() => kindSchema.parse(decodeNode(bytes)).koinon) === 'evidence/1';
}

/**
 * The names of all that a bundle's root leads to, the root and the disputed step among them: no other blob belongs in it.
 * Undefined where the root or that step is missing or cannot be read.
 */
export async function namesIn({ root, blobs, dispute }: Bundle): Promise<ReadonlySet<Cid> | undefined> {
  const content = blobs.get(root);
  if (!content) return undefined;
  const isJob = isJobEvidence(content);
  const of = isJob
    ? attempt(() => ({ evidence: jobEvidenceSchema.parse(decodeNode(content)) }))
    : attempt(() => ({ passport: readPassport(content) }));
  if (!of) return undefined;
  const gathered = await gatherBlobs(of, { blob: async cid => blobs.get(cid) });
  const names = new Set([root, ...gathered.keys()]);
  if (isJob && dispute) {
    const shown = attempt(() => disputeEvidenceSchema.parse(decodeNode(blobs.get(dispute)!)));
    if (!shown) return undefined;
    names.add(dispute);
    if (shown.state) names.add(shown.state);
  }
  return names;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
