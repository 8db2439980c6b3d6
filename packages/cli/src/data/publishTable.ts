import { custodyRoutes } from '@koinon/api';
import type { Client, Preview, Published, QuestionOf } from '@koinon/sdk';

/** How a table is read, parted and published. */
export type Parameters = QuestionOf<typeof custodyRoutes.publish>['query'];

/** What publishing the table would tell, and up to `show` of the rows it would make public. Nothing is kept. */
export function previewTable(
  client: Client,
  parameters: Parameters,
  csv: Uint8Array,
  show: number,
): Promise<Preview> {
  return client.call(custodyRoutes.preview, { query: { ...parameters, show }, body: csv });
}

/** Publishes the table as a preview of it was: with its parts, and with a yes to the rows it would make public. */
export function publishAsPreviewed(
  client: Client,
  parameters: Parameters,
  csv: Uint8Array,
  { seed, publicRows }: Preview,
): Promise<Published> {
  const query = { ...parameters, seed, ...(publicRows ? { consent: publicRows.consent } : {}) };
  return client.call(custodyRoutes.publish, { query, body: csv });
}
