import type { NodePorts } from '@koinon/kernel';
import { nowSeconds } from '@koinon/kernel';
import {
  CLOCK_SKEW_SECONDS,
  decodeManifest,
  type Hex,
  KoinonError,
  type Manifest,
  ORDER_MAX_AGE_SECONDS,
  type Signed,
  sha256,
  statementDigest,
  toHex,
  verifyStatement,
} from '@koinon/protocol';
import type { JobBook } from './jobBook.ts';

export interface SubmittedOrder {
  order: Signed<'Order'>;
  manifest: Uint8Array;
  grant?: Signed<'Grant'> | undefined;
}

/** Decides whether this node takes a well-formed order; throws the reason when not. */
export type AuthoriseOrder = (
  submitted: SubmittedOrder,
  manifest: Manifest,
  orderDigest: Hex,
) => Promise<void>;

/**
 * Takes an order on, durably, and returns its digest; an order known already is not looked at again. Throws a
 * `KoinonError` that says why not; nothing is kept then.
 */
export async function acceptOrder(
  ports: Pick<NodePorts, 'clock' | 'deployment' | 'signer' | 'gate' | 'checkpoint' | 'journal'>,
  jobs: JobBook,
  submitted: SubmittedOrder,
  from: Hex,
  authorise: AuthoriseOrder,
): Promise<Hex> {
  const { message } = submitted.order;
  const { requester } = message;
  if (requester !== from) throw refused('the order was signed by another node than the one that sent it');
  const orderDigest = statementDigest('Order', message, ports.deployment);
  if (jobs.get(orderDigest)) return orderDigest;
  if (message.provider !== ports.signer.address) throw refused('the order names another provider');
  const now = nowSeconds(ports.clock);
  if (message.expiresAt < now) throw refused('the order has expired');
  if (message.expiresAt > now + BigInt(ORDER_MAX_AGE_SECONDS + CLOCK_SKEW_SECONDS)) {
    throw refused(`the order asks to be kept open for more than ${ORDER_MAX_AGE_SECONDS} s`);
  }
  if (toHex(sha256(submitted.manifest)) !== message.manifest) {
    throw refused('the manifest is not the one the order names');
  }
  // After all that costs less.
  const { recoverSigner } = ports.gate;
  await verifyStatement('Order', submitted.order, ports.deployment, requester, recoverSigner);
  const manifest = decodeManifest(submitted.manifest);
  await authorise(submitted, manifest, orderDigest);
  jobs.accept({
    orderDigest,
    order: submitted.order,
    manifest: submitted.manifest,
    grant: submitted.grant,
    createdAtMs: ports.clock.nowMs(),
  });
  ports.journal.note('order-accepted', { order: orderDigest, requester: from });
  await ports.checkpoint('order-accepted');
  return orderDigest;
}

function refused(reason: string): KoinonError {
  return new KoinonError({ code: 'K_ORDER_REFUSED', message: `Order refused: ${reason}.`, fault: 'user' });
}
