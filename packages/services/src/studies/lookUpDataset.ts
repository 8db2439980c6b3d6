import type { StepResult } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { ask, INPUT_MAX_BYTES, obtainBlob } from '@koinon/kernel';
import {
  decodeNode,
  digestOfCid,
  KoinonError,
  policyDigest,
  readDescription,
  toWire,
} from '@koinon/protocol';

export type DatasetFacts = StepResult<'dataset'>;

/** What chain and custodian say of a dataset, held against each other; its public parts are fetched. */
export async function lookUpDataset(
  ports: Pick<NodePorts, 'chain' | 'network' | 'store'>,
  id: bigint,
  signal: AbortSignal,
): Promise<DatasetFacts> {
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
