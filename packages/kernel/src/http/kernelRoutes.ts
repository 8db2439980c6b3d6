import { datasetRoutes } from '../datasets/datasetRoutes.ts';
import type { Kernel } from '../kernel.ts';
import type { RouteHandler } from './api.ts';
import { blobRoutes } from './blobRoutes.ts';
import { chainRoutes } from './chainRoutes.ts';
import { logRoutes } from './logRoutes.ts';

/** What every node serves: datasets of the network, and what checks are made of: blobs, what the chain says, the log. */
export function kernelRoutes({
  ports,
  logKey,
  datasets,
}: Pick<Kernel, 'ports' | 'logKey' | 'datasets'>): RouteHandler[] {
  return [
    ...datasetRoutes(ports.store, datasets),
    ...blobRoutes(ports.store),
    ...chainRoutes(ports),
    ...logRoutes(ports.store, logKey),
  ];
}
