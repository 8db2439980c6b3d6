import { custodyRoutes as routes } from '@koinon/api';
import { encodeTable, inferSchema, parseTable } from '@koinon/tabular';
import { handle, type RouteHandler } from '../http/api.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { DatasetDirectory } from './directory.ts';

/** The datasets of the network, and tables that a requester brings itself. */
export function datasetRoutes(
  { blobs }: Pick<NodePorts['store'], 'blobs'>,
  datasets: DatasetDirectory,
): RouteHandler[] {
  return [
    handle(routes.datasets, async () => ({ datasets: await datasets.list() })),
    handle(routes.dataset, ({ params: { id } }) => datasets.get(id)),
    handle(routes.mock, async ({ params: { id } }) => {
      const bytes = await datasets.mock(id);
      return new Response(bytes as BodyInit, { headers: { 'content-type': 'text/csv; charset=utf-8' } });
    }),
    handle(routes.table, async ({ query: { target }, body }) => {
      const raw = parseTable(body);
      const table = encodeTable(raw, inferSchema(raw, target === undefined ? {} : { target }), {});
      return { cid: await blobs.put(table, 'public'), rows: raw.rows };
    }),
  ];
}
