import type { StepResult } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { nowSeconds, obtainBlob } from '@koinon/kernel';
import {
  ANCHOR_EPOCH_SECONDS,
  BLOB_CHUNK_BYTES,
  CLOCK_SKEW_SECONDS,
  cidOfDigest,
  decodeManifest,
  digestOfCid,
  executionCommitment,
  fileListDigest,
  type Hex,
  isNodeCid,
  type JobAnswer,
  KoinonError,
  outputOf,
  RAW,
  sha256,
  toHex,
  verifyStatement,
  ZERO_32,
} from '@koinon/protocol';

/** Largest verdict of the gate, bytes: a structure of one part. */
const VERDICT_MAX_BYTES = 2 ** 20;

export type ReceiptStep = StepResult<'receipt'>;

/** Checks a provider's answer against the order. Throws `K_JOB_FAILED` for a failure, `K_RECEIPT_WRONG` for a lie. */
export async function checkReceipt(
  ports: Pick<NodePorts, 'deployment' | 'clock'>,
  answer: JobAnswer,
  orderDigest: Hex,
  request: { provider: Hex; manifest: Uint8Array; token: Hex; maxAmount: bigint; orderedAt: bigint },
): Promise<ReceiptStep> {
  if (answer.state === 'failed') {
    throw new KoinonError({
      code: 'K_JOB_FAILED',
      message: `The provider could not run the job: ${answer.failure?.message ?? 'it gave no reason.'}`,
      fault: 'peer',
      data: { order: orderDigest, code: answer.failure?.code },
      next: 'Nothing was paid. Order it again, or from another provider.',
    });
  }
  const { receipt, leafSalt, outputs, verdict, opening } = answer;
  const manifest = decodeManifest(request.manifest);
  const isPrivate = manifest.private;
  if (!receipt || !leafSalt || !outputs) throw wrong('it came without receipt or outputs');
  const digest = await verifyStatement('Receipt', receipt, ports.deployment, request.provider);
  const terms = receipt.message;
  if (terms.provider !== request.provider || terms.order !== orderDigest)
    throw wrong('it answers another order');
  if (terms.manifest !== toHex(sha256(request.manifest))) throw wrong('it names another manifest');
  if (terms.token !== request.token || terms.amount > request.maxAmount)
    throw wrong('it costs more than was ordered');
  if (terms.anchorBy > latestAnchor(ports.clock)) throw wrong('it would be anchored too late');
  // Evidence is heard for a while after `anchorBy`: one in the past would put the receipt out of the court's reach.
  if (terms.anchorBy < request.orderedAt - BigInt(CLOCK_SKEW_SECONDS))
    throw wrong('it says it was anchored before it was ordered');
  if (terms.output !== fileListDigest(outputs.map(({ name, size, sha256 }) => ({ name, size, sha256 })))) {
    throw wrong('the outputs are not the ones it names');
  }
  for (const { name, size, sha256, cid } of outputs) {
    if (!outputOf(manifest, name, size)) throw wrong(`"${name}" is not an output of the manifest`);
    // The audit covers the digest; what is fetched, published and registered goes by the CID.
    const isSame = size <= BLOB_CHUNK_BYTES ? cid === cidOfDigest(sha256, RAW) : isNodeCid(cid);
    if (!isSame) throw wrong(`"${name}" is offered under the name of other bytes`);
  }
  if (terms.verdict !== (verdict ? digestOfCid(verdict) : ZERO_32)) throw wrong('it names another verdict');
  if (!isPrivate) {
    if (!opening || executionCommitment(opening) !== terms.execution)
      throw wrong('its execution does not open');
    if (opening.salt !== ZERO_32) throw wrong('the execution of a public order is salted');
  }
  return {
    digest,
    receipt,
    leafSalt,
    outputs,
    ...(verdict ? { verdict } : {}),
    ...(!isPrivate && opening ? { opening } : {}),
  };
}

/** Until when a node that signs now must have anchored, with room for its clock; unix seconds. */
export function latestAnchor(clock: NodePorts['clock']): bigint {
  return nowSeconds(clock) + BigInt(2 * ANCHOR_EPOCH_SECONDS + CLOCK_SKEW_SECONDS);
}

/** Fetches what a checked receipt names, and keeps it. Throws `K_RECEIPT_WRONG` when the bytes are others. */
export async function fetchOutputs(
  ports: Pick<NodePorts, 'store' | 'network'>,
  { outputs, verdict }: Pick<ReceiptStep, 'outputs' | 'verdict'>,
  from: { provider: Hex; visibility: 'public' | 'private'; signal: AbortSignal },
): Promise<{ files: number }> {
  const { provider, ...options } = from;
  for (const { name, cid, size, sha256: digest } of outputs) {
    const bytes = await obtainBlob(ports, cid, [provider], { maxBytes: size, ...options });
    if (bytes.length !== size || toHex(sha256(bytes)) !== digest) {
      throw wrong(`the bytes of "${name}" are not the ones it names`);
    }
  }
  if (verdict) await obtainBlob(ports, verdict, [provider], { maxBytes: VERDICT_MAX_BYTES, ...options });
  return { files: outputs.length + (verdict ? 1 : 0) };
}

export function wrong(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_RECEIPT_WRONG',
    message: `The receipt is refused: ${reason}.`,
    fault: 'peer',
    next: 'No voucher was signed.',
  });
}
