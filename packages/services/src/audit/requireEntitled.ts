import type { NodePorts } from '@koinon/kernel';
import { drawForReceipt, nowSeconds, proveInclusion } from '@koinon/kernel';
import {
  CLOCK_SKEW_SECONDS,
  decodeManifest,
  executionCommitment,
  type Hex,
  isAudited,
  KoinonError,
  logLeafHash,
  sha256,
  statementDigest,
  termsDigest,
  toHex,
  verifyStatement,
  type WireResponse,
  ZERO_32,
} from '@koinon/protocol';

type Material = WireResponse<'audit.material'>;

/** Checks the statements handed over, and that the lot or the owner gave the audit to this node; returns the draw's id. */
export async function requireEntitled(
  ports: NodePorts,
  receiptDigest: Hex,
  provider: Hex,
  material: Material,
  path: readonly Hex[] | undefined,
  signal: AbortSignal,
): Promise<Hex> {
  const { deployment, signer } = ports;
  const { receipt, order } = material;
  const { recoverSigner } = ports.gate;
  const digest = await verifyStatement('Receipt', receipt, deployment, provider, recoverSigner);
  const orderDigest = await verifyStatement(
    'Order',
    order,
    deployment,
    order.message.requester,
    recoverSigner,
  );
  const manifestDigest = toHex(sha256(material.manifest));
  if (digest !== receiptDigest || receipt.message.provider !== provider)
    throw refused('that is another receipt');
  if (orderDigest !== receipt.message.order) throw refused('the receipt answers another order');
  if (manifestDigest !== receipt.message.manifest || manifestDigest !== order.message.manifest) {
    throw refused('the manifest is not the one the receipt names');
  }
  if (executionCommitment(material.opening) !== receipt.message.execution) {
    throw refused('the execution does not open');
  }
  const leaf = logLeafHash('Receipt', digest, material.leafSalt);
  const index = Number(receipt.message.logIndex);
  const inclusion = await proveInclusion(
    ports,
    {
      node: provider,
      leaf,
      leafSalt: material.leafSalt,
      index,
      // Who asks has seen the anchor already; this node's view of the chain may be a few blocks behind.
      untilSeconds: nowSeconds(ports.clock) + BigInt(CLOCK_SKEW_SECONDS),
      path,
    },
    signal,
  );
  if (decodeManifest(material.manifest).private) {
    await requireGranted(ports, material);
    return ZERO_32;
  }
  const draw = await drawForReceipt(
    ports,
    { leaf, anchorBlock: inclusion.anchor.block, provider, requester: order.message.requester },
    signal,
  );
  if (!draw.auditors.includes(signer.address)) throw refused(`the lot fell on ${draw.auditors.join(', ')}`);
  if (!isAudited(draw.seed, order.message.auditRatePpm)) throw refused('the lot has nobody replay it');
  return draw.seed;
}

/** Checks that the dataset's owner gave this requester a grant for this manifest, and the audit to this node. */
async function requireGranted(
  { chain, deployment, signer, gate }: NodePorts,
  { grant, order, manifest }: Material,
): Promise<void> {
  if (!grant || statementDigest('Grant', grant.message, deployment) !== order.message.grant) {
    throw refused('no grant covers it');
  }
  const { auditor, dataset, requester, terms } = grant.message;
  if (auditor !== signer.address) throw refused('the grant names another auditor');
  const record = await chain.datasets.get(dataset);
  if (!record || record.custodian !== order.message.provider)
    throw refused('the provider is not the custodian of the dataset');
  await verifyStatement('Grant', grant, deployment, record.owner, gate.recoverSigner);
  const ran = decodeManifest(manifest);
  const { inputs } = ran;
  const isCovered =
    requester === order.message.requester &&
    terms === termsDigest(ran) &&
    inputs.some(({ source }) => 'dataset' in source) &&
    inputs.every(
      ({ source }) =>
        !('dataset' in source) ||
        (source.dataset.id === dataset.toString() && source.dataset.contentRoot === record.contentRoot),
    );
  if (!isCovered) throw refused('the grant covers another requester, manifest or dataset');
}

export function refused(reason: string): KoinonError {
  return new KoinonError({ code: 'K_AUDIT_REFUSED', message: `No audit: ${reason}.`, fault: 'peer' });
}
