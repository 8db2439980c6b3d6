import type { StepResult } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { ask, nowSeconds } from '@koinon/kernel';
import { ascending, type Hex, KoinonError, priceOf, roles, verifyStatement } from '@koinon/protocol';

/**
 * The cheapest provider for so much fuel among the nodes whose offers answer, none of the barred owners' nodes. Equal
 * prices are settled by the provider's address. Throws `K_NO_PROVIDER`.
 */
export async function chooseProvider(
  ports: Pick<NodePorts, 'chain' | 'network' | 'clock' | 'deployment' | 'signer'>,
  work: { fuel: bigint; token: Hex; barred: readonly Hex[] },
  signal: AbortSignal,
): Promise<StepResult<'evaluator'>> {
  const nodes = await ports.chain.nodes.list();
  const barredOwners = new Set(
    nodes.filter(node => work.barred.includes(node.operator)).map(node => node.owner),
  );
  const candidates = nodes.filter(
    node =>
      (node.roles & roles.provide) !== 0 &&
      !barredOwners.has(node.owner) &&
      node.operator !== ports.signer.address,
  );
  const now = nowSeconds(ports.clock);
  const offers = await Promise.allSettled(
    candidates.map(async ({ operator }) => {
      const { offer } = await ask(ports.network, operator, 'offer.get', {}, { signal, timeoutMs: 5_000 });
      await verifyStatement('Offer', offer, ports.deployment, operator);
      return offer.message;
    }),
  );
  const usable = offers
    .flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    .filter(offer => offer.token === work.token && offer.maxFuel >= work.fuel && offer.expiresAt >= now)
    .map(offer => ({ provider: offer.provider, token: offer.token, maxAmount: priceOf(offer, work.fuel) }))
    .sort((a, b) => ascending(a.maxAmount, b.maxAmount) || ascending(a.provider, b.provider));
  const [best] = usable;
  if (!best) {
    throw new KoinonError({
      code: 'K_NO_PROVIDER',
      message: `Of ${candidates.length} providers none offers ${work.fuel} fuel for ${work.token}.`,
      fault: 'peer',
      data: { candidates: candidates.length },
      next: 'Start a providing node, or allow less fuel.',
    });
  }
  return { ...best, offersSeen: usable.length };
}
