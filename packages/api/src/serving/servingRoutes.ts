import { passportSchema } from '@koinon/protocol';
import { z } from 'zod';
import { json, routes } from '../route.ts';
import { address, bytes32, cid, count, timeMs } from '../wire.ts';
import { inferAnswer, inferRequest, modelMetadata, serverMetadata } from './inference.ts';

const modelEntrySchema = z.object({
  name: z.string(),
  version: count,
  model: cid,
  passport: cid,
  registeredAtMs: timeMs,
});
/** What the chain has of a model. */
const registeredModelSchema = z.object({
  model: bytes32,
  passport: bytes32,
  parents: z.array(bytes32),
  publisher: address,
  registeredAt: count,
  block: count,
  transaction: bytes32,
});
const versionNumber = z.coerce
  .number<number | string>()
  .int()
  .positive()
  .max(2 ** 31);

/** Most a question to a model may be, bytes. */
const INFER_MAX_BYTES = 16 * 2 ** 20;
/** Questions read and answered at once: each may hold such a body and its parsed form. */
const INFER_AT_ONCE = 32;

const read = { method: 'get', needsToken: false } as const;
const newest = { params: z.object({ name: z.string() }), errors: [404] } as const;
const oneVersion = { params: z.object({ name: z.string(), version: z.string() }), errors: [404] } as const;
const server = { ...read, summary: 'What this server is', answer: json(serverMetadata) } as const;
const metadata = {
  ...read,
  summary: 'Inputs and outputs of a model',
  answer: json(modelMetadata),
} as const;
const ready = {
  ...read,
  summary: 'Whether a model can be asked; loads it',
  answer: json(z.object({ name: z.string(), ready: z.literal(true) })),
} as const;
const infer = {
  method: 'post',
  summary: 'Predicts: one tensor for each input, as many rows as you like up to 65,536',
  body: { ...json(inferRequest), maxBytes: INFER_MAX_BYTES },
  answer: json(inferAnswer),
  needsToken: false,
  atOnce: INFER_AT_ONCE,
} as const;

/**
 * The models of a node, and the Open Inference Protocol (KServe v2), so that its clients work unchanged: every endpoint of
 * its REST document, below /v2.
 */
export const servingRoutes = routes('serving', {
  models: {
    ...read,
    path: '/api/models',
    summary: 'The models this node serves, every version',
    answer: json(z.object({ models: z.array(modelEntrySchema) })),
  },
  model: {
    ...read,
    ...newest,
    path: '/api/models/:name',
    summary: 'A model with its passport, the newest version unless told; `registered` is the chain’s record',
    query: z.object({ version: versionNumber.optional() }),
    answer: json(
      z.object({
        model: modelEntrySchema,
        passport: passportSchema,
        registered: registeredModelSchema.nullable(),
      }),
    ),
    errors: [404, 502],
  },
  server: { ...server, path: '/v2' },
  serverRoot: { ...server, path: '/v2/' },
  live: {
    ...read,
    path: '/v2/health/live',
    summary: 'Answers while the server lives',
    answer: json(z.object({ live: z.literal(true) })),
  },
  ready: {
    ...read,
    path: '/v2/health/ready',
    summary: 'Whether every model it names can be asked',
    answer: json(z.object({ ready: z.literal(true) })),
  },
  names: {
    ...read,
    path: '/v2/models',
    summary: 'Names of the models (not in the protocol)',
    answer: json(z.object({ models: z.array(z.string()) })),
  },
  metadata: { ...metadata, ...newest, path: '/v2/models/:name' },
  metadataOfVersion: { ...metadata, ...oneVersion, path: '/v2/models/:name/versions/:version' },
  modelReady: { ...ready, ...newest, path: '/v2/models/:name/ready' },
  modelReadyOfVersion: { ...ready, ...oneVersion, path: '/v2/models/:name/versions/:version/ready' },
  infer: { ...infer, ...newest, path: '/v2/models/:name/infer' },
  inferOfVersion: { ...infer, ...oneVersion, path: '/v2/models/:name/versions/:version/infer' },
});
