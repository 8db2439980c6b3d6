import { BYTES_TYPE, NODE_TYPE, evidenceRoutes as routes } from '@koinon/api';
import { isNodeCid } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import { handle, type RouteHandler } from './api.ts';
import { notFound } from './errors.ts';

/** Public bytes by name. A private blob is never served here, with the token neither: it has no business in a browser. */
export function blobRoutes({ blobs }: Pick<NodePorts['store'], 'blobs'>): RouteHandler[] {
  return [
    handle(routes.blob, async ({ params: { cid } }) => {
      const bytes = blobs.visibility(cid) === 'public' ? await blobs.get(cid) : undefined;
      if (!bytes) throw notFound(`public blob ${cid}`);
      return new Response(bytes as BodyInit, {
        headers: {
          'content-type': isNodeCid(cid) ? NODE_TYPE : BYTES_TYPE,
          'content-disposition': `attachment; filename="${cid}"`,
          'cache-control': 'public, max-age=31536000, immutable',
        },
      });
    }),
    handle(routes.keepBlob, async ({ body }) => ({ cid: await blobs.put(body, 'public') })),
  ];
}
