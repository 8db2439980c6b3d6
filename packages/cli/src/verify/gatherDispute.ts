import { type Cid, cidOfBytes, cidOfNode, decodeManifest, encodeNode, toWire } from '@koinon/protocol';
import { type DisputeEvidence, disputedStep, type Sources } from '@koinon/verify';
import type { Subject } from './subject.ts';

/**
 * The disputed step of a job with the state before it, so that a stranger can replay that step from one file. Undefined where
 * nothing was disputed, or its provider's states or this machine's replay are not to be had. `asked`: another step.
 */
export async function gatherDispute(
  { evidence, receipt }: Extract<Subject, { kind: 'job' }>,
  sources: Sources,
  asked?: number,
): Promise<{ name: Cid; blobs: ReadonlyMap<Cid, Uint8Array> } | undefined> {
  const [court, roots] = await Promise.all([
    sources.court?.(receipt).catch(() => undefined),
    sources.trace?.(receipt).catch(() => undefined),
  ]);
  const index = asked ?? (court?.step === undefined ? undefined : Number(court.step));
  const step = index === undefined || !roots ? undefined : disputedStep(roots, index);
  if (!step) return undefined;
  const state = step.index === 0 ? undefined : await stateBefore(evidence, step.index, sources);
  if (step.index > 0 && !state) return undefined;
  const shown: DisputeEvidence = {
    koinon: 'dispute/1',
    receipt,
    step,
    ...(state ? { state: cidOfBytes(state) } : {}),
    ...(court
      ? {
          court: {
            outcome: court.outcome,
            ...(court.ground ? { ground: court.ground } : {}),
            ...(court.dispute ? { dispute: court.dispute } : {}),
            ...(court.block === undefined ? {} : { block: court.block }),
            ...(court.transaction ? { transaction: court.transaction } : {}),
          },
        }
      : {}),
  };
  const wire = toWire(shown);
  const name = cidOfNode(wire);
  const blobs = new Map<Cid, Uint8Array>([[name, encodeNode(wire)]]);
  if (state) blobs.set(cidOfBytes(state), state);
  return { name, blobs };
}

/** Where this machine's own run stands before the step: it is held to the provider's root when the step is replayed. */
async function stateBefore(
  { manifest: cid }: { manifest: Cid },
  index: number,
  { blob, replayStep }: Sources,
): Promise<Uint8Array | undefined> {
  if (!replayStep) return undefined;
  const bytes = await blob(cid);
  if (!bytes) return undefined;
  const manifest = decodeManifest(bytes);
  const inputs = new Map<string, Uint8Array>();
  for (const { name, source } of manifest.inputs) {
    const content = 'cid' in source ? await blob(source.cid) : undefined;
    if (!content) return undefined;
    inputs.set(name, content);
  }
  const program = await blob(manifest.program);
  if (!program) return undefined;
  return (await replayStep({ manifest, program, inputs }, { index })).state;
}
