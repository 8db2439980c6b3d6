import { decodeManifest, fileEntrySchema, jobStates } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json } from '../api.ts';
import { address, bytes32, cid, failure, timeMs } from '../wire.ts';

const job = z.strictObject({
  /** Digest of the order. */
  order: bytes32,
  requester: address,
  state: z.enum(jobStates),
  createdAtMs: timeMs,
  receipt: bytes32.optional(),
  failure: failure.optional(),
  private: z.boolean(),
  executor: z.enum(['wasm', 'onnx']),
  /** What left this node, after the gate. */
  released: z.array(fileEntrySchema.extend({ cid })).optional(),
});
const audit = z.strictObject({
  receipt: bytes32,
  provider: address,
  state: z.enum(['pending', 'reported', 'refused']),
  reason: z.string().optional(),
});

/** What this node did for others. */
export function addWorkRoutes(api: Api, node: KoinonNode): void {
  api.add(
    {
      method: 'get',
      path: '/api/jobs',
      summary: 'Orders this node took on',
      tag: 'work',
      answer: json(z.strictObject({ jobs: z.array(job) })),
      needsToken: false,
    },
    () => ({
      jobs: node.jobs.list().map(found => {
        const manifest = decodeManifest(found.manifest);
        return {
          order: found.orderDigest,
          requester: found.order.message.requester,
          state: found.state,
          createdAtMs: found.createdAtMs,
          receipt: found.receiptDigest,
          failure: found.failure,
          private: manifest.private,
          executor: manifest.executor,
          released: found.result?.released,
        };
      }),
    }),
  );

  api.add(
    {
      method: 'get',
      path: '/api/audits',
      summary: 'Receipts this node was asked to replay',
      tag: 'work',
      answer: json(z.strictObject({ audits: z.array(audit) })),
      needsToken: false,
    },
    () => ({
      audits: node.audits
        .list()
        .map(({ receipt, provider, state, reason }) => ({ receipt, provider, state, reason })),
    }),
  );
}
