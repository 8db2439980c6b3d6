import { areAssuranceTermsSound, assurances, priceOf, ZERO_ADDRESS } from '@koinon/protocol';
import type { AuthoriseInput, Refusals } from './authoriseInput.ts';

/** Assurances a provider of public work can give. */
const GIVEN: readonly number[] = [
  assurances.none,
  assurances.redundant,
  assurances.replay,
  assurances.outcome,
];

/** A public order against this node's own offer. */
export function checkPublic(
  { manifest, order, offer, self, nowSeconds }: AuthoriseInput,
  refusals: Refusals,
): void {
  if (offer === undefined) {
    refusals.unless(false, 'K_OFFER_NONE', 'This node offers no public work.', 'Order from a provider.');
    return;
  }
  refusals.unless(
    offer.provider === self && offer.expiresAt > BigInt(nowSeconds),
    'K_OFFER_EXPIRED',
    'The offer the order would be held against is not this node\u2019s, or has expired.',
    'Ask for the present offer.',
  );
  refusals.unless(
    offer.executors.split(',').includes(manifest.executor),
    'K_OFFER_EXECUTOR',
    `This node runs ${offer.executors}, not ${manifest.executor}.`,
    'Order from a node that does.',
  );
  refusals.unless(
    BigInt(manifest.limits.fuel) <= offer.maxFuel,
    'K_OFFER_FUEL',
    `The manifest may use ${manifest.limits.fuel} fuel, the offer is for at most ${offer.maxFuel}.`,
    'Lower limits.fuel.',
  );
  refusals.unless(
    order.token === offer.token,
    'K_OFFER_TOKEN',
    `Work here is priced in ${offer.token}; the order pays in ${order.token}.`,
  );
  // The least a job can cost. What more it costs is the provider's risk, which the order's maximum bounds.
  const least = priceOf(offer, 1n);
  refusals.unless(
    order.maxAmount >= least,
    'K_ORDER_AMOUNT',
    `A job costs at least ${least}; the order pays at most ${order.maxAmount}.`,
    `Order with a maximum of at least ${least}.`,
  );
  refusals.unless(
    GIVEN.includes(order.assurance) && areAssuranceTermsSound(order),
    'K_ORDER_ASSURANCE',
    'This node gives assurance "none", "redundant", "replay" or "outcome" for public work, each with terms that fit it.',
    'Order with one of them; docs/assurance.md says which terms each takes.',
  );
  refusals.unless(
    order.auditor === ZERO_ADDRESS,
    'K_ORDER_AUDITOR',
    'The auditor of public work is drawn by lot; the order names one.',
    'Leave the auditor out.',
  );
}
