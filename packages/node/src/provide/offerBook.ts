import { type Hex, type Signed, signStatement } from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';

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
