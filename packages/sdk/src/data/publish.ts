import { custodyRoutes } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { Preview, Published } from '../answers.ts';
import type { Client } from '../client/createClient.ts';
import type { QuestionOf } from '../client/question.ts';

export interface PublishParameters
  extends Omit<QuestionOf<typeof custodyRoutes.publish>['query'], 'seed' | 'consent'> {
  /**
   * Looks at what publishing would tell and says yes to the rows that would become public. Asked before anything is kept; where
   * it is not given, nothing is published that has public rows.
   */
  consent?(preview: Preview): boolean | Promise<boolean>;
}

/**
 * Takes a table into the node's custody and publishes what may be known about it: the dataset's id and where it stands on
 * chain. Amounts are base units of KOIN. What is not said protects the rows: none is public unless `publicShare` says so
 * and `consent` says yes to just those rows.
 *
 * Throws `K_NOT_CONFIRMED`, `K_TABLE_…` for a table that cannot be read, and what `Client.call` throws.
 *
 * @example
 * const { id, heldBackRows } = await koinon.publish(csv, {
 *   name: 'cohort',
 *   target: 'heart_disease',
 *   auditor,
 *   amount: 10n ** 17n,
 *   publicShare: 0.2,
 *   consent: ({ publicRows }) => publicRows !== undefined && publicRows.rows < 100,
 * });
 * console.log(`dataset ${id} has ${heldBackRows} rows to test models on`);
 */
export async function publish(
  client: Client,
  csv: string | Uint8Array,
  { consent, ...query }: PublishParameters,
): Promise<Published> {
  const body = typeof csv === 'string' ? new TextEncoder().encode(csv) : csv;
  const preview = await client.call(custodyRoutes.preview, { query, body });
  const { seed, publicRows } = preview;
  if ((consent || publicRows) && !(await consent?.(preview)))
    throw new KoinonError({
      code: 'K_NOT_CONFIRMED',
      message: `Nothing was published: nobody said yes to ${publicRows?.rows ?? 0} rows that would become public.`,
      fault: 'user',
      next: 'Hand in consent, a function that looks at the preview, or publish no rows.',
    });
  const yes = { seed, ...(publicRows ? { consent: publicRows.consent } : {}) };
  return client.call(custodyRoutes.publish, { query: { ...query, ...yes }, body });
}
