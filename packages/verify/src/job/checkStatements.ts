import { areAssuranceTermsSound, assurances, statementDigest, verifyStatement } from '@koinon/protocol';
import { type Check, failed, ok } from '../check.ts';
import { count, percent, short } from '../words.ts';
import type { JobContext } from './context.ts';

/** Order and receipt: who signed them, that one answers the other, and what it cost. */
export async function* checkStatements(context: JobContext): AsyncGenerator<Check> {
  const { evidence, domains, check, digests, sources } = context;
  const { message: order } = evidence.order;
  const { message: receipt } = evidence.receipt;

  yield await check('order.signature', 'The order was signed by whom it names as requester.', async () => {
    await verifyStatement('Order', evidence.order, domains, order.requester, sources.recover);
    return ok(`Signed by ${short(order.requester)}; order ${short(digests.order)}.`);
  });
  yield await check('order.terms', 'The order says how its result is checked, in terms that fit.', () => {
    const { assurance, auditRatePpm, replicas } = order;
    return areAssuranceTermsSound(order)
      ? ok(
          `Assurance ${nameOf(assurance)}: ${percent(auditRatePpm)} of such receipts are replayed, ${count(replicas, 'provider')}.`,
        )
      : failed(
          `Assurance ${assurance} does not go with ${replicas} providers and a rate of ${percent(auditRatePpm)}.`,
          'Nobody can say how much such an order is checked.',
        );
  });
  yield await check(
    'receipt.signature',
    'The receipt was signed by the node that says it did the work.',
    async () => {
      await verifyStatement('Receipt', evidence.receipt, domains, receipt.provider, sources.recover);
      return ok(`Signed by ${short(receipt.provider)}; receipt ${short(digests.receipt)}.`);
    },
  );
  yield await check('receipt.order', 'The receipt answers this order.', () =>
    receipt.order === statementDigest('Order', order, domains)
      ? ok(`It names order ${short(receipt.order)}.`)
      : failed(
          `It names order ${short(receipt.order)}, this one is ${short(digests.order)}.`,
          'A receipt of other work was put in its place.',
        ),
  );
  yield await check('receipt.provider', 'The work was done by the node it was ordered from.', () =>
    receipt.provider === order.provider
      ? ok(`Ordered from and done by ${short(order.provider)}.`)
      : failed(
          `Ordered from ${short(order.provider)}, signed for by ${short(receipt.provider)}.`,
          'Somebody else answered the order.',
        ),
  );
  yield await check('receipt.amount', 'The price stays within the order.', () => {
    if (receipt.token !== order.token) {
      return failed(
        `Ordered in ${short(order.token)}, charged in ${short(receipt.token)}.`,
        'The provider asks for another money than was agreed.',
      );
    }
    return receipt.amount <= order.maxAmount
      ? ok(`${receipt.amount} of at most ${order.maxAmount} base units of ${short(order.token)}.`)
      : failed(
          `${receipt.amount} base units were charged and at most ${order.maxAmount} ordered.`,
          'The provider asks for more than was agreed.',
        );
  });
}

function nameOf(assurance: number): string {
  return Object.entries(assurances).find(([, number]) => number === assurance)?.[0] ?? `${assurance}`;
}
