import { priceOf } from '@koinon/protocol';
import type { Job } from './jobBook.ts';
import type { Terms } from './offerBook.ts';

/**
 * What a job costs given its fuel, base units. The price of private work is fixed beforehand: one that followed what it came
 * to would tell about the rows. Public work costs what the offer says, never more than its order allows.
 */
export function priceOfJob(
  { grant, order }: Pick<Job, 'grant' | 'order'>,
  terms: Pick<Terms, 'baseAmount' | 'gigafuelAmount'> | undefined,
): (fuel: bigint) => bigint {
  if (grant) return () => grant.message.amount;
  const { maxAmount } = order.message;
  return fuel => {
    const price = priceOf(terms ?? { baseAmount: 0n, gigafuelAmount: 0n }, fuel);
    return price < maxAmount ? price : maxAmount;
  };
}

/** What an order will cost at most; of a private one always the same, or it would tell whether the job has ended. */
export function promisedBy({ grant, result, order }: Pick<Job, 'grant' | 'result' | 'order'>): bigint {
  return grant?.message.amount ?? result?.amount ?? order.message.maxAmount;
}
