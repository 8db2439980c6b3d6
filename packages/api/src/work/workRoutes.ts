import { fileEntrySchema, jobStates } from '@koinon/protocol';
import { z } from 'zod';
import { json, routes } from '../route.ts';
import { address, bytes32, cid, failureSchema, timeMs } from '../wire.ts';

const jobSchema = z.object({
  /** Digest of the order. */
  order: bytes32,
  requester: address,
  state: z.enum(jobStates),
  createdAtMs: timeMs,
  receipt: bytes32.optional(),
  failure: failureSchema.optional(),
  private: z.boolean(),
  executor: z.enum(['wasm', 'onnx']),
  /** What left this node, after the gate. */
  released: z.array(fileEntrySchema.extend({ cid })).optional(),
});

export const workRoutes = routes('work', {
  jobs: {
    method: 'get',
    path: '/api/jobs',
    summary: 'Orders this node took on',
    answer: json(z.object({ jobs: z.array(jobSchema) })),
    needsToken: false,
  },
});
