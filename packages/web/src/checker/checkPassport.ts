import { cidOfDigest, RAW } from '@koinon/protocol';
import { type Sources, verifyPassport } from '@koinon/verify';
import type { Dataset, Hex, ModelEntry, Status, Transaction } from '../api/answers.ts';
import type { Told } from './answers.ts';
import { fetchBlob, fetchFromNode } from './nodeSources.ts';
import { replayJob } from './replayJob.ts';

/** Names of the programs Koinon ships, by the sha-256 of their bytes; the build puts them in. */
declare const SHIPPED_PROGRAMS: Record<string, string>;

/**
 * Verifies a passport with what this node has; the number of checks made. Blobs are hashed, so the node cannot lie
 * about them; what stands on chain is its word (`koinon verify` asks the chain itself), and the page says so.
 */
export async function checkPassport(cid: string, { check, note }: Told): Promise<number> {
  const { deployment } = (await answerOf<Status>('/api/status'))!;
  const { chainId, nodes, escrow, datasets } = deployment;
  const bytes = await fetchBlob(cid);
  if (!bytes) throw new Error('this node does not have the passport.');
  let count = 0;
  for await (const found of verifyPassport(bytes, cid, {
    ...nodeSources(note),
    domains: { chainId, nodes, escrow, datasets },
  })) {
    count++;
    check(found);
  }
  return count;
}

function nodeSources(note: (text: string) => void): Sources {
  return {
    blob: fetchBlob,
    anchor: async (operator, size) => {
      const told = await answerOf<{ anchor: (Transaction & { size: string; root: Hex }) | null }>(
        `/api/anchors/${operator}?size=${size}`,
      );
      if (!told?.anchor) return undefined;
      const { root, transaction, block, blockHash } = told.anchor;
      return { size: BigInt(told.anchor.size), root, transaction, block, blockHash };
    },
    dataset: async id => {
      const all = await answerOf<{ datasets: Dataset[] }>('/api/datasets');
      const found = all?.datasets.find(dataset => dataset.id === id.toString());
      if (!found) return undefined;
      const { owner, custodian, contentRoot, policyDigest, metadataDigest, epoch } = found;
      return { owner, custodian, contentRoot, policyDigest, metadataDigest, epoch: BigInt(epoch) };
    },
    model: async digest => {
      const cid = cidOfDigest(digest, RAW);
      const all = await answerOf<{ models: ModelEntry[] }>('/api/models');
      const entry = all?.models.findLast(({ model }) => model === cid);
      if (!entry) return undefined;
      const told = await answerOf<{ registered: { passport: Hex; publisher: Hex } | null }>(
        `/api/models/${encodeURIComponent(entry.name)}?version=${entry.version}`,
      );
      return told?.registered ?? undefined;
    },
    programs: new Map(Object.entries(SHIPPED_PROGRAMS) as [Hex, string][]),
    replay: async job => {
      const what = job.manifest.executor === 'onnx' ? 'the predictions' : 'a program';
      note(`Replaying ${what} here …`);
      const result = await replayJob(job);
      note('Replayed; comparing …');
      return result;
    },
  };
}

/** The JSON at a path of this node, undefined where it has none. Throws where it did not answer. */
async function answerOf<T>(path: string): Promise<T | undefined> {
  const response = await fetchFromNode(path);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`the node answered ${response.status}`);
  return (await response.json()) as T;
}
