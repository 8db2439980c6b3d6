import {
  decodeNode,
  digestOfCid,
  KoinonError,
  policyDigest,
  policySchema,
  readDescription,
  schema,
  tableDescriptionSchema,
  toWire,
} from '@koinon/protocol';
import { z } from 'zod';
import { obtainBlob } from '../blobs/obtainBlob.ts';
import { ask } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import { INPUT_MAX_BYTES } from '../work/gatherInputs.ts';

export const datasetStep = z.object({
  id: z.string(),
  name: z.string(),
  custodian: schema.address,
  owner: schema.address,
  contentRoot: schema.bytes32,
  metadata: schema.cid,
  policy: policySchema,
  /** What the record says of the table: bounds are worked out from it. */
  description: tableDescriptionSchema,
  publicTable: schema.cid.optional(),
  target: z.string().optional(),
});
export type DatasetFacts = z.output<typeof datasetStep>;

/** What chain and custodian say of a dataset, held against each other; its public parts are fetched. */
export async function lookUpDataset(
  ports: Pick<NodePorts, 'chain' | 'network' | 'store'>,
  id: bigint,
  signal: AbortSignal,
): Promise<z.input<typeof datasetStep> | DatasetFacts> {
  const record = await ports.chain.datasets.get(id);
  if (!record) {
    throw new KoinonError({
      code: 'K_DATASET_UNKNOWN',
      message: `No dataset ${id} is registered on this network.`,
      fault: 'user',
      data: { id: id.toString() },
      next: '"koinon data ls" lists the datasets of the network.',
    });
  }
  const said = await ask(ports.network, record.custodian, 'dataset.get', { id }, { signal });
  if (
    policyDigest(said.policy) !== record.policyDigest ||
    digestOfCid(said.metadata) !== record.metadataDigest
  ) {
    throw new KoinonError({
      code: 'K_DATASET_DIFFERS',
      message: `What custodian ${record.custodian} says of dataset ${id} is not what its owner put on chain.`,
      fault: 'peer',
      data: { id: id.toString(), custodian: record.custodian },
    });
  }
  for (const cid of [said.metadata, ...(said.publicTable ? [said.publicTable] : [])]) {
    await obtainBlob(ports, cid, [record.custodian], {
      maxBytes: INPUT_MAX_BYTES,
      visibility: 'public',
      signal,
    });
  }
  // Evidence of the study names the rules by their digest; from here on they can be had from this node too.
  await ports.store.blobs.putNode(toWire(said.policy), 'public');
  const description = readDescription(decodeNode((await ports.store.blobs.get(said.metadata))!));
  return {
    id: id.toString(),
    name: said.name,
    custodian: record.custodian,
    owner: record.owner,
    contentRoot: record.contentRoot,
    metadata: said.metadata,
    policy: said.policy,
    description,
    ...(said.publicTable ? { publicTable: said.publicTable } : {}),
    ...(said.target ? { target: said.target } : {}),
  };
}
