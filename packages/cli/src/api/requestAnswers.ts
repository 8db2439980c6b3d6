import { gateReasonsSchema, manifestSchema, schema } from '@koinon/protocol';
import { z } from 'zod';

/** What a node answers its owner about requests for her data, as far as the command line reads it. */
const decimal = z.string().regex(/^\d+$/);
const count = z.number().int().nonnegative();
const { address, bytes32, fileName } = schema;

const boundTerm = z.looseObject({ bits: z.number(), description: z.string() });
const program = z.union([
  z.looseObject({ cid: z.string(), name: z.string() }),
  z.looseObject({
    cid: z.string(),
    bytes: count,
    sha256: z.string(),
    imports: z.array(z.string()).optional(),
    refused: z.string().optional(),
  }),
  z.looseObject({ cid: z.string(), unread: z.string() }),
]);
const caps = { requesterYear: count, year: count, total: count };

export const grantRequest = z.looseObject({
  digest: bytes32,
  number: count,
  status: z.enum(['pending', 'approved', 'denied', 'expired', 'used', 'revoked']),
  request: z.looseObject({
    message: z.looseObject({
      dataset: decimal,
      requester: address,
      terms: bytes32,
      bits: decimal,
      purpose: z.string(),
      maxAmount: decimal,
      uses: count,
      expiresAt: decimal,
    }),
  }),
  grant: z.looseObject({ message: z.looseObject({}) }).optional(),
  reason: z.string().optional(),
  receivedAtMs: z.number(),
  expiresAtMs: z.number(),
  dryRunAtMs: z.number().optional(),
  manifest: manifestSchema.extend({ seed: bytes32 }),
  program,
  amount: decimal.optional(),
  bound: z.looseObject({ bits: count, opaqueBits: count, terms: z.array(boundTerm) }).optional(),
  refusals: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  charged: z.looseObject(caps).optional(),
  caps: z.looseObject({ job: count, ...caps }).optional(),
  requester: z
    .looseObject({ operator: address, owner: address, stake: decimal, registeredAt: count })
    .optional(),
});
export type GrantRequestAnswer = z.output<typeof grantRequest>;
export const requestsAnswer = z.object({ requests: z.array(grantRequest), next: count.optional() });

export const dryRunAnswer = z.looseObject({
  exitCode: z.number(),
  fuel: decimal,
  wallMs: z.number(),
  trap: z.string().optional(),
  stdout: z.string(),
  stderr: z.string(),
  word: z.enum(['released', 'withheld']),
  bits: count,
  reasons: gateReasonsSchema,
  files: z.array(z.object({ name: fileName, sha256: bytes32, base64: z.string() })),
});
export type DryRunAnswer = z.output<typeof dryRunAnswer>;
