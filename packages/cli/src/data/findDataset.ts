import { custodyRoutes } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client, Dataset } from '@koinon/sdk';
import { nearestName } from '@koinon/tabular';

/** Custodians asked at once for what they hold. */
const ASKED_AT_ONCE = 8;

/** What its custodian says of a dataset: from itself where it is this node, else over the network. */
export function saidOf(dataset: Dataset): Dataset['said'] | Dataset['held'] {
  return dataset.held ?? dataset.said;
}

/** Every dataset on chain, with what its custodian says of it where it answers. */
export async function allDatasets(client: Client): Promise<Dataset[]> {
  const { datasets } = await client.call(custodyRoutes.datasets);
  const found: Dataset[] = [];
  for (let i = 0; i < datasets.length; i += ASKED_AT_ONCE) {
    found.push(
      ...(await Promise.all(
        datasets
          .slice(i, i + ASKED_AT_ONCE)
          .map(dataset =>
            saidOf(dataset) ? dataset : client.call(custodyRoutes.dataset, { params: { id: dataset.id } }),
          ),
      )),
    );
  }
  return found;
}

/** The dataset with this id, or the newest with this name. Throws `K_DATASET_UNKNOWN` with the nearest name. */
export async function findDataset(client: Client, idOrName: string): Promise<Dataset> {
  if (/^\d{1,78}$/.test(idOrName)) {
    return client.call(custodyRoutes.dataset, { params: { id: idOrName } });
  }
  const datasets = await allDatasets(client);
  const id = datasets.findLast(dataset => saidOf(dataset)?.name === idOrName)?.id;
  if (id !== undefined) return client.call(custodyRoutes.dataset, { params: { id } });
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
