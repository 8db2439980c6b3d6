import { decodeManifest, type Hex, KoinonError } from '@koinon/protocol';
import type { BlobReaders } from '../blobs/blobReaders.ts';
import { answer } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { Dossier } from './dossierBook.ts';
import type { Evidence } from './evidence.ts';
import { mayAudit } from './ownReceipts.ts';

/** Hands auditors and jurors what they replay a receipt from; returns what ends it. */
export function serveEvidence(
  { network, store }: Pick<NodePorts, 'network' | 'store'>,
  evidence: Evidence,
  readers: BlobReaders,
): () => void {
  const ends = [
    answer(network, 'audit.material', async (request, from) => {
      const receipt = 'receipt' in request ? request.receipt : receiptAt(store, request.index);
      const dossier = receipt && dossierFor(receipt, from);
      if (!dossier) throw unknownJob();
      if (dossier.content) readers.allow(dossier.content.cid, from);
      return dossier;
    }),
    answer(network, 'trace.get', async ({ receipt, from, max }, asker) => {
      const own = evidence.own.get(receipt);
      const page = own && mayAudit(own.dossier, asker) && (await evidence.rootsOf(receipt, from, max));
      if (!page) throw unknownJob();
      return page;
    }),
  ];
  return () => {
    for (const end of ends) end();
  };

  function dossierFor(receipt: Hex, asker: Hex): Dossier | undefined {
    const own = evidence.own.get(receipt)?.dossier;
    if (own) return mayAudit(own, asker) ? own : undefined;
    // What this node looked into itself it hands on, so that a juror need not depend on the accused.
    const other = evidence.dossiers.get(receipt);
    return other && !decodeManifest(other.manifest).private ? other : undefined;
  }
}

function receiptAt({ log }: NodePorts['store'], index: number): Hex | undefined {
  const entry = log.at(index);
  return entry?.type === 'Receipt' ? entry.digest : undefined;
}

function unknownJob(): KoinonError {
  return new KoinonError({
    code: 'K_JOB_UNKNOWN',
    message: 'No such job here, or not yours.',
    fault: 'peer',
  });
}
