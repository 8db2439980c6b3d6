import { servingRoutes } from '@koinon/api';
import { type Client, inferRequestOf } from '@koinon/sdk';
import { sampleRow } from './sampleRow.ts';

/** A request the model answers, made of one row of its dataset that anybody may see. */
export async function sampleRequest(
  client: Pick<Client, 'call' | 'url'>,
  model: string,
  dataset: { id: string; publicTable?: string | undefined },
): Promise<{ about: string; url: string; body: ReturnType<typeof inferRequestOf>; curl: string }> {
  const { inputs } = await client.call(servingRoutes.metadata, { params: { name: model } });
  const columns = inputs.map(({ name, datatype }) => ({
    name,
    datatype,
    type: datatype === 'BYTES' ? ('category' as const) : ('number' as const),
  }));
  const { about, row } = await sampleRow(client, dataset, columns);
  const body = inferRequestOf(columns, [row]);
  const url = new URL(`/v2/models/${model}/infer`, client.url).href;
  return {
    about,
    url,
    body,
    curl: `curl -s ${url} -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
  };
}
