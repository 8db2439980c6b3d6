import { KoinonError } from '@koinon/protocol/errors';
import { nearestName } from '@koinon/tabular';
import { type DatasetAnswer, datasetAnswer, datasetsAnswer } from '../api/answers.ts';
import type { NodeClient } from '../api/nodeClient.ts';

/** Custodians asked at once for what they hold. */
const ASKED_AT_ONCE = 8;

/** What its custodian says of a dataset: from itself where it is this node, else over the network. */
export function saidOf(dataset: DatasetAnswer): DatasetAnswer['held'] {
  return dataset.held ?? dataset.said;
}

/** Every dataset on chain, with what its custodian says of it where it answers. */
export async function allDatasets(client: NodeClient): Promise<DatasetAnswer[]> {
  const { datasets } = await client.get('/api/datasets', datasetsAnswer);
  const found: DatasetAnswer[] = [];
  for (let i = 0; i < datasets.length; i += ASKED_AT_ONCE) {
    found.push(
      ...(await Promise.all(
        datasets
          .slice(i, i + ASKED_AT_ONCE)
          .map(dataset =>
            saidOf(dataset) ? dataset : client.get(`/api/datasets/${dataset.id}`, datasetAnswer),
          ),
      )),
    );
  }
  return found;
}

/** The dataset with this id, or the newest with this name. Throws `K_DATASET_UNKNOWN` with the nearest name. */
export async function findDataset(client: NodeClient, idOrName: string): Promise<DatasetAnswer> {
  if (/^\d{1,78}$/.test(idOrName)) return client.get(`/api/datasets/${idOrName}`, datasetAnswer);
  const datasets = await allDatasets(client);
  const id = datasets.findLast(dataset => saidOf(dataset)?.name === idOrName)?.id;
  if (id !== undefined) return client.get(`/api/datasets/${id}`, datasetAnswer);
  const near = nearestName(
    idOrName,
    datasets.flatMap(dataset => saidOf(dataset)?.name ?? []),
  );
  throw new KoinonError({
    code: 'K_DATASET_UNKNOWN',
    message: `No dataset on this network is called "${idOrName.slice(0, 80)}".`,
    fault: 'user',
    next: `${near === undefined ? '' : `Did you mean "${near}"? `}"koinon data ls" lists them.`,
  });
}
