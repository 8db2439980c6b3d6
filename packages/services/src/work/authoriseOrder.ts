import { type NodePorts, nowSeconds } from '@koinon/kernel';
import { authorise } from '@koinon/privacy';
import { KoinonError, type Signed } from '@koinon/protocol';
import type { CustodyPort } from '../custody/port.ts';
import type { AuthoriseOrder } from './acceptOrder.ts';

/**
 * Gathers what chain, books and offer say about an order and lets the one rule of `privacy` decide. Both doors go
 * through here: private work in custody, and public work by offer. What a private order can tell is charged in the same
 * breath as it is allowed, so that two at once cannot both fit under one cap. Throws `K_NOT_AUTHORISED` with every reason.
 */
export function authoriseOrder(
  ports: Pick<NodePorts, 'signer' | 'clock'>,
  custody: CustodyPort | undefined,
  offer: (() => Promise<Signed<'Offer'>>) | undefined,
): AuthoriseOrder {
  return async ({ order: { message: order }, grant }, manifest, orderDigest) => {
    const offered = offer ? { offer: (await offer()).message } : {};
    const facts = grant && (await custody?.factsOf(grant, orderDigest));
    // From here to the charge nothing else runs.
    const decision = authorise({
      manifest,
      manifestDigest: order.manifest,
      order,
      self: ports.signer.address,
      nowSeconds: nowSeconds(ports.clock),
      ...offered,
      ...(grant ? { grant: grant.message } : {}),
      ...facts,
      ...(grant && custody ? { charged: custody.charged(grant, orderDigest) } : {}),
    });
    if (decision.allow) {
      if (grant) custody?.charge(grant, orderDigest);
      return;
    }
    throw new KoinonError({
      code: 'K_NOT_AUTHORISED',
      message: `Order refused: ${decision.reasons.map(reason => reason.message).join(' ')}`,
      fault: 'user',
      data: { reasons: decision.reasons.map(({ code }) => code) },
      next: decision.reasons[0]?.next ?? 'Ask for a grant that covers it.',
    });
  };
}
