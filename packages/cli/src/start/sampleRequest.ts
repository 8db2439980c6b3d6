import { z } from 'zod';
import type { NodeClient } from '../api/nodeClient.ts';

const modelAnswer = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })),
});

/** A request the model answers, made of one public row, or of nothing but missing values where there is none. */
export async function sampleRequest(
  client: NodeClient,
  model: string,
  row: ReadonlyMap<string, number | string | null>,
): Promise<{ url: string; body: string; curl: string }> {
  const { inputs } = await client.get(`/v2/models/${model}`, modelAnswer);
  const body = JSON.stringify({
    inputs: inputs.map(({ name, datatype }) => ({
      name,
      shape: [1, 1],
      datatype,
      data: [row.get(name) ?? null],
    })),
  });
  const url = new URL(`/v2/models/${model}/infer`, client.url).href;
  return {
    url,
    body,
    curl: `curl -s ${url} -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`,
  };
}
