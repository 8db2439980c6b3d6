import {
  decodeManifest,
  executionCommitment,
  type Hex,
  KoinonError,
  sha256,
  statementDigest,
  toHex,
  verifyStatement,
  ZERO_32,
} from '@koinon/protocol';
import { ask } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { Dossier, DossierBook } from './dossierBook.ts';

const MATERIAL_TIMEOUT_MS = 10_000;

/**
 * What a receipt's manifest is run again from: from this node's book, or from the first of the peers that tells something
 * that belongs together. Throws `K_DOSSIER_MISSING`.
 */
export async function obtainDossier(
  ports: Pick<NodePorts, 'network' | 'deployment' | 'signer'>,
  dossiers: DossierBook,
  receipt: Hex,
  peers: readonly Hex[],
  signal: AbortSignal,
): Promise<Dossier> {
  const known = dossiers.get(receipt);
  if (known) return known;
  let cause: unknown;
  for (const peer of peers) {
    if (peer === ports.signer.address) continue;
    try {
      const options = { signal, timeoutMs: MATERIAL_TIMEOUT_MS };
      const dossier = await ask(ports.network, peer, 'audit.material', { receipt }, options);
      await requireConsistent(ports, receipt, dossier);
      dossiers.keep(receipt, dossier);
      return dossier;
    } catch (error) {
      if (signal.aborted) throw error;
      cause = error;
    }
  }
  throw new KoinonError({
    code: 'K_DOSSIER_MISSING',
    message: `Nobody who was asked told what receipt ${receipt} is about.`,
    fault: 'peer',
    data: { receipt, peers },
    next: 'It is asked for again.',
    cause,
  });
}

/** Throws unless the pieces are those the receipt's digest names, and public. */
async function requireConsistent(
  { deployment }: Pick<NodePorts, 'deployment'>,
  digest: Hex,
  { receipt, order, manifest, opening }: Dossier,
): Promise<void> {
  const said = receipt.message;
  const isConsistent =
    (await verifyStatement('Receipt', receipt, deployment, said.provider)) === digest &&
    statementDigest('Order', order.message, deployment) === said.order &&
    toHex(sha256(manifest)) === said.manifest &&
    said.manifest === order.message.manifest &&
    executionCommitment(opening) === said.execution &&
    opening.salt === ZERO_32 &&
    !decodeManifest(manifest).private;
  if (isConsistent) return;
  throw new KoinonError({
    code: 'K_DOSSIER_WRONG',
    message: `What was told of receipt ${digest} does not belong together, or is private.`,
    fault: 'peer',
  });
}
