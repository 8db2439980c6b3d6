import { grantStatuses } from '@koinon/api';
import { type Metric, readings } from '@koinon/kernel';
import type { DatasetBook } from './datasetBook.ts';
import type { GrantBook } from './grantBook.ts';

export function custodyMetrics(
  datasets: Pick<DatasetBook, 'size'>,
  grants: Pick<GrantBook, 'counts'>,
): Metric[] {
  return [
    {
      name: 'koinon_grant_requests',
      help: 'Requests for the use of data here.',
      kind: 'gauge',
      label: 'status',
      read: () =>
        readings(Object.fromEntries(grantStatuses.map(status => [status, grants.counts().get(status) ?? 0]))),
    },
    {
      name: 'koinon_datasets',
      help: 'Datasets held here.',
      kind: 'gauge',
      read: () => [{ value: datasets.size }],
    },
  ];
}
