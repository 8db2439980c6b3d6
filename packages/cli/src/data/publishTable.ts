import { type PreviewAnswer, type PublishedAnswer, previewAnswer, publishedAnswer } from '../api/answers.ts';
import type { NodeClient } from '../api/nodeClient.ts';

/** Parameters of a route by name; a list is a parameter for each member, so that members may have commas. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What publishing the table would tell, and up to `show` of the rows it would make public. Nothing is kept. */
export function previewTable(
  client: NodeClient,
  parameters: Parameters,
  csv: Uint8Array,
  show: number,
): Promise<PreviewAnswer> {
  return client.post(
    `/api/datasets/preview?${queryOf({ ...parameters, show: String(show) })}`,
    csv,
    previewAnswer,
  );
}

/** Publishes the table as a preview of it was: with its parts, and with a yes to the rows it would make public. */
export function publishAsPreviewed(
  client: NodeClient,
  parameters: Parameters,
  csv: Uint8Array,
  { seed, publicRows }: PreviewAnswer,
): Promise<PublishedAnswer> {
  const yes = { seed, ...(publicRows ? { consent: publicRows.consent } : {}) };
  return client.post(`/api/datasets?${queryOf({ ...parameters, ...yes })}`, csv, publishedAnswer);
}

function queryOf(parameters: Parameters): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    for (const text of value === undefined ? [] : [value].flat()) query.append(name, text);
  return query;
}
