import { type PublishQuery, custodyRoutes as routes } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { handle, type RouteHandler } from '@koinon/kernel';
import type { DatasetBook } from './datasetBook.ts';
import { previewDataset } from './previewDataset.ts';
import { publishDataset, requireDatasetName, requireGroups } from './publishDataset.ts';
import { policyOf, rangesOf } from './publishPolicy.ts';

export interface PublishNeeds {
  ports: Parameters<typeof publishDataset>[0] & Pick<NodePorts, 'deployment' | 'random'>;
  datasets: DatasetBook;
  /** Longest a job here may run, milliseconds. */
  maxRunMs: number;
}

export function publishRoutes({ ports, datasets, maxRunMs }: PublishNeeds): RouteHandler[] {
  const policyFor = (query: PublishQuery) => policyOf(query, { token: ports.deployment.token, maxRunMs });
  return [
    handle(routes.preview, ({ query, body: csv }) => {
      requireDatasetName(query.name);
      const { range, seed = ports.random(), show } = query;
      const preview = previewDataset({ ...query, csv, ranges: rangesOf(range) }, seed, { show });
      requireGroups(policyFor(query), preview.description);
      return preview;
    }),
    handle(routes.publish, async ({ query, body: csv }) => {
      requireDatasetName(query.name);
      const { dataset, publicRows, transaction, gasUsed, warnings } = await publishDataset(ports, datasets, {
        ...query,
        csv,
        ranges: rangesOf(query.range),
        policy: policyFor(query),
      });
      const { id, name, contentRoot, metadata, mock, publicTable, heldBackRows } = dataset;
      return {
        id,
        name,
        contentRoot,
        metadata,
        mock,
        publicTable,
        publicRows,
        heldBackRows,
        transaction,
        gasUsed,
        warnings,
      };
    }),
  ];
}
