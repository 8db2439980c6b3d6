import type { NodePorts } from '@koinon/kernel';
import { answer, nowSeconds } from '@koinon/kernel';
import { type Hex, type Signed, signStatement } from '@koinon/protocol';

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

/** Answers for this node's price list, until `stop`. */
export function serveOffers(
  ports: Pick<NodePorts, 'network' | 'clock' | 'deployment' | 'signer'>,
  terms: Terms,
): { current(): Promise<Signed<'Offer'>>; stop(): void } {
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
  const stop = answer(ports.network, 'offer.get', async () => ({ offer: await current() }));
  return { current, stop };
}
