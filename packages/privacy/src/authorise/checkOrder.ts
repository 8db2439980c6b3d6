import { CLOCK_SKEW_SECONDS, ORDER_MAX_AGE_SECONDS, ZERO_32 } from '@koinon/protocol';
import type { AuthoriseInput, Refusals } from './authoriseInput.ts';

/** What holds for every order: to whom, by whom, until when, and how it is paid. */
export function checkOrder(
  { order, orderSigner, self, nowSeconds }: AuthoriseInput,
  refusals: Refusals,
): void {
  const now = BigInt(nowSeconds);
  refusals.unless(
    order.provider === self,
    'K_ORDER_PROVIDER',
    `The order is for ${order.provider}, this node is ${self}.`,
    'Send it to the node it names.',
  );
  refusals.unless(
    orderSigner === undefined || orderSigner === order.requester,
    'K_ORDER_SIGNER',
    `The order says it is from ${order.requester} and was signed by ${orderSigner}.`,
  );
  refusals.unless(order.expiresAt > now, 'K_ORDER_EXPIRED', 'The order has expired.', 'Sign a new one.');
  refusals.unless(
    order.expiresAt <= now + BigInt(ORDER_MAX_AGE_SECONDS + CLOCK_SKEW_SECONDS),
    'K_ORDER_TOO_LONG',
    `The order asks to be kept open for more than ${ORDER_MAX_AGE_SECONDS} seconds.`,
    'Let it expire sooner.',
  );
  refusals.unless(
    order.maxAmount === 0n || order.channel !== ZERO_32,
    'K_ORDER_CHANNEL',
    'The order offers money and names no channel to pay it through.',
    'Open a channel first.',
  );
}
