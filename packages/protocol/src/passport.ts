import { z } from 'zod';
import { jobEvidenceSchema } from './evidence.ts';
import { address, bytes32, cid, uint } from './schema.ts';

/** What names a model in URLs and commands. */
export const modelName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** A model's provenance: the graph from data to model, each edge a job with its evidence. Its digest is on chain. */
export const passportSchema = z.strictObject({
  koinon: z.literal('passport/2'),
  name: modelName,
  model: cid,
  publisher: address,
  /** Unix seconds. */
  createdAt: uint(64),
  /** The network whose signatures these are. */
  domains: z.strictObject({
    chainId: z.number().int().positive(),
    nodes: address,
    escrow: address,
    datasets: address,
  }),
  datasets: z
    .array(z.strictObject({ id: z.string(), contentRoot: bytes32, metadata: cid, custodian: address }))
    .max(64),
  training: jobEvidenceSchema,
  /**
   * On public rows: predictions, then the metrics over them, both by anybody. On rows held back at the custodian: one job
   * that measures the model there and lets only its measures out.
   */
  evaluations: z
    .array(
      z.union([
        z.strictObject({ data: cid, predictions: jobEvidenceSchema, metrics: jobEvidenceSchema }),
        z.strictObject({ heldBack: z.string(), metrics: jobEvidenceSchema }),
      ]),
    )
    .max(64),
  /** Model digests this one was made from. */
  parents: z.array(bytes32).max(16),
});
export type Passport = z.infer<typeof passportSchema>;
