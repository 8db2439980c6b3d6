import { type Hex, KoinonError, type Signed, signStatement } from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { AuthoriseOrder } from '../work/acceptOrder.ts';

/** What a provider asks for its work. */
export interface Terms {
  token: Hex;
  /** Base units per job, and per started 10^9 fuel. */
  baseAmount: bigint;
  gigafuelAmount: bigint;
  maxFuel: bigint;
  slots: number;
}

/** How long an offer holds, seconds: an hour, so that a price change reaches everybody soon. */
const OFFER_SECONDS = 3600n;

/** Answers for this node's price list. */
export function serveOffers(
  ports: Pick<NodePorts, 'network' | 'clock' | 'deployment' | 'signer'>,
  terms: Terms,
): { current(): Promise<Signed<'Offer'>> } {
  const current = (): Promise<Signed<'Offer'>> =>
    signStatement(
      'Offer',
      {
        provider: ports.signer.address,
        ...terms,
        executors: 'wasm,onnx',
        expiresAt: nowSeconds(ports.clock) + OFFER_SECONDS,
      },
      ports.deployment,
      ports.signer,
    );
  answer(ports.network, 'offer.get', async () => ({ offer: await current() }));
  return { current };
}

/** A provider takes public work within its terms; private data belongs to its custodian. */
export function authoriseProvide(terms: Terms): AuthoriseOrder {
  return async ({ order }, manifest) => {
    if (manifest.private) throw refused('this node holds no private data');
    if (order.message.token !== terms.token) throw refused(`work is priced in ${terms.token} here`);
    if (BigInt(manifest.limits.fuel) > terms.maxFuel)
      throw refused(`a job may use at most ${terms.maxFuel} fuel here`);
    if (order.message.maxAmount < terms.baseAmount)
      throw refused(`a job costs at least ${terms.baseAmount} here`);
  };
}

function refused(reason: string): KoinonError {
  return new KoinonError({ code: 'K_ORDER_REFUSED', message: `Order refused: ${reason}.`, fault: 'user' });
}
