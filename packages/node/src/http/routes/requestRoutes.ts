import { decodeManifest, manifestSchema, signedSchema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json, nothing } from '../api.ts';
import { bytes32, timeMs } from '../wire.ts';

const grantCase = z.strictObject({
  digest: bytes32,
  request: signedSchema('GrantRequest'),
  status: z.enum(['pending', 'approved', 'denied']),
  grant: signedSchema('Grant').optional(),
  reason: z.string().optional(),
  receivedAtMs: timeMs,
  manifest: manifestSchema.extend({ seed: bytes32 }),
});
const requestDigest = z.object({ digest: bytes32 });

/** Requests for grants name what others want with the data: the owner's business, so reading them needs the token too. */
export function addRequestRoutes(api: Api, node: KoinonNode): void {
  api.add(
    {
      method: 'get',
      path: '/api/requests',
      summary: 'Requests for the use of data in custody here, and what was answered',
      tag: 'data',
      answer: json(z.strictObject({ requests: z.array(grantCase) })),
      needsToken: true,
    },
    () => ({
      requests: node.grants.list().map(({ manifest, ...request }) => ({
        ...request,
        manifest: decodeManifest(manifest),
      })),
    }),
  );

  api.add(
    {
      method: 'post',
      path: '/api/requests/:digest/approve',
      summary: 'Signs the grant that a request asks for',
      tag: 'data',
      params: requestDigest,
      answer: json(z.strictObject({ grant: signedSchema('Grant') })),
      needsToken: true,
    },
    async ({ params: { digest } }) => ({ grant: await node.grants.approve(digest) }),
  );

  api.add(
    {
      method: 'post',
      path: '/api/requests/:digest/deny',
      summary: 'Refuses a request',
      tag: 'data',
      params: requestDigest,
      body: json(z.strictObject({ reason: z.string().max(1000) })),
      answer: nothing,
      needsToken: true,
    },
    async ({ params: { digest }, body: { reason } }) => {
      await node.grants.deny(digest, reason);
      return {};
    },
  );
}
