import { nodeRoutes } from '@koinon/api';
import type { Hex } from '@koinon/protocol';
import { type Client, nodeSources } from '@koinon/sdk';
import { verifyPassport } from '@koinon/verify';
import type { Told } from './answers.ts';
import { pageNode } from './nodeSources.ts';
import { replayJob } from './replayJob.ts';

/** Names of the programs Koinon ships, by the sha-256 of their bytes; the build puts them in. */
declare const SHIPPED_PROGRAMS: Record<string, string>;

/**
 * Verifies a passport with what this node has; the number of checks made. Blobs are hashed, so the node cannot lie
 * about them; what stands on chain is its word (`koinon verify` asks the chain itself), and the page says so.
 */
export async function checkPassport(
  cid: string,
  { check, note }: Told,
  node: Pick<Client, 'call'> = pageNode(),
): Promise<number> {
  const { deployment } = await node.call(nodeRoutes.status);
  const { chainId, nodes, escrow, datasets } = deployment;
  const sources = nodeSources(node);
  const bytes = await sources.blob(cid);
  if (!bytes) throw new Error('this node does not have the passport.');
  let count = 0;
  for await (const found of verifyPassport(bytes, cid, {
    ...sources,
    programs: new Map(Object.entries(SHIPPED_PROGRAMS) as [Hex, string][]),
    replay: async job => {
      const what = job.manifest.executor === 'onnx' ? 'the predictions' : 'a program';
      note(`Replaying ${what} here …`);
      const result = await replayJob(job);
      note('Replayed; comparing …');
      return result;
    },
    domains: { chainId, nodes, escrow, datasets },
  })) {
    count++;
    check(found);
  }
  return count;
}
