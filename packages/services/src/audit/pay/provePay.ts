import type { AuditTerms } from '@koinon/chain';
import type { Dossier, NodePorts } from '@koinon/kernel';
import { ask, drawForReceipt, numberAnchors } from '@koinon/kernel';
import { fromHex, type Hex, logLeafHash, verifyInclusion } from '@koinon/protocol';
import type { PayProof } from './payBook.ts';

/** Report windows within which an order must expire, and in which places in logs can be read for certain. */
const EXPIRY_WINDOWS = 3;
const READABLE_WINDOWS = 7;

/** Gathers what proves a report later on; a reason where it cannot be paid. */
export async function provePay(
  ports: Pick<NodePorts, 'chain' | 'network' | 'signer'>,
  receipt: Hex,
  dossier: Dossier,
  { reportSeconds, maxK }: Pick<AuditTerms, 'reportSeconds' | 'maxK'>,
  signal: AbortSignal,
): Promise<PayProof | { reason: string }> {
  const { chain, network, signer } = ports;
  const { provider, logIndex } = dossier.receipt.message;
  const { requester, expiresAt } = dossier.order.message;
  const anchors = numberAnchors(await chain.nodes.anchors(provider));
  const anchor = anchors.find(({ size }) => size > logIndex);
  if (!anchor) throw new Error('the receipt is not anchored as far as is known here');
  const { timestampSeconds } = await chain.block(anchor.block);
  if (expiresAt > BigInt(timestampSeconds + EXPIRY_WINDOWS * reportSeconds))
    return { reason: 'Its order expires too late to be paid for certain.' };
  const leaf = logLeafHash('Receipt', receipt, dossier.leafSalt);
  const subject = { leaf, anchorBlock: anchor.block, provider, requester };
  const { round, beaconRound, auditors } = await drawForReceipt(ports, subject, signal);
  if (!auditors.includes(signer.address)) return { reason: 'The lot fell on others.' };
  if (round > maxK)
    return { reason: `The lot needed ${round} draws, and later ones than ${maxK} are not paid.` };
  const [index, size] = [Number(logIndex), Number(anchor.size)];
  const { path } = await ask(network, provider, 'log.inclusion', { index, size }, { signal });
  const isThere = verifyInclusion({ leaf, index, size, path: path.map(fromHex), root: fromHex(anchor.root) });
  if (!isThere) throw new Error('the provider handed out a path that leads elsewhere');
  return {
    ...(await chain.audits.drawingOf(expiresAt)),
    closesAt: timestampSeconds + READABLE_WINDOWS * reportSeconds,
    k: round,
    receiptRound: beaconRound,
    receiptPlace: { leafSalt: dossier.leafSalt, anchorIndex: BigInt(anchor.index), path },
  };
}
