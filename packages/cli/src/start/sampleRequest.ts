import { modelMetadata } from '../api/answers.ts';
import type { NodeClient } from '../api/nodeClient.ts';
import { sampleRow } from './sampleRow.ts';

/** A request the model answers, made of one row of its dataset that anybody may see. */
export async function sampleRequest(
  client: Pick<NodeClient, 'get' | 'bytes' | 'url'>,
  model: string,
  dataset: { id: string; publicTable?: string | undefined },
): Promise<{ about: string; url: string; body: string; curl: string }> {
  const { inputs } = await client.get(`/v2/models/${model}`, modelMetadata);
  const columns = inputs.map(({ name, datatype }) => ({
    name,
    datatype,
    type: datatype === 'BYTES' ? ('category' as const) : ('number' as const),
  }));
  const { about, cells } = await sampleRow(client, dataset, columns);
  const body = JSON.stringify({
    inputs: columns.map(({ name, datatype }, i) => ({ name, shape: [1, 1], datatype, data: [cells[i]] })),
  });
  const url = new URL(`/v2/models/${model}/infer`, client.url).href;
  return {
    about,
    url,
    body,
    curl: `curl -s ${url} -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`,
  };
}
