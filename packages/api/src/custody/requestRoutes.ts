import { gateReasonsSchema, manifestSchema, policySchema, schema, signedSchema } from '@koinon/protocol';
import { z } from 'zod';
import { json, nothing } from '../route.ts';
import { address, bytes32, cid, count, decimal, timeMs } from '../wire.ts';
import { grantStates, grantStatuses } from './grantStates.ts';

const boundTerm = z.object({
  kind: z.enum(['file', 'outcome', 'report']),
  name: z.string().optional(),
  class: z.string().optional(),
  bits: z.number().nonnegative(),
  /** What it tells, for people. */
  description: z.string(),
});
const program = z.union([
  z.object({ cid, name: z.string() }),
  z.object({ cid, unread: z.string() }),
  z.object({
    cid,
    bytes: count,
    sha256: bytes32,
    imports: z.array(z.string()).optional(),
    exports: z.array(z.string()).optional(),
    refused: z.string().optional(),
  }),
]);
/** A request for private rows as their owner is shown it. */
const requestViewSchema = z.object({
  digest: bytes32,
  /** Its place in the list. */
  number: count,
  status: z.enum(grantStates),
  request: signedSchema('GrantRequest'),
  grant: signedSchema('Grant').optional(),
  reason: z.string().optional(),
  receivedAtMs: timeMs,
  /** When it stops waiting. */
  expiresAtMs: timeMs,
  seenAtMs: timeMs.optional(),
  dryRunAtMs: timeMs.optional(),
  /** The draft that a grant would bind, all of it: parameters, inputs, outputs, limits. */
  manifest: manifestSchema.extend({ seed: bytes32 }),
  program,
  /** Price of one use, base units. */
  amount: decimal.optional(),
  bound: z.object({ bits: count, opaqueBits: count, terms: z.array(boundTerm) }).optional(),
  /** Why the policy would not allow it as things stand. */
  refusals: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Bits charged before: to this requester and to all in a year, and ever. */
  charged: z.object({ requesterYear: count, year: count, total: count }).optional(),
  caps: policySchema.shape.bits.optional(),
});
const requestDetailSchema = requestViewSchema.extend({
  requester: z.object({ operator: address, owner: address, stake: decimal, registeredAt: count }).optional(),
});
const dryRunSchema = z.object({
  exitCode: count,
  fuel: decimal,
  wallMs: z.number(),
  trap: z.string().optional(),
  stdout: z.string(),
  stderr: z.string(),
  word: z.enum(['released', 'withheld']),
  bits: count,
  reasons: gateReasonsSchema,
  files: z.array(z.object({ name: z.string(), sha256: bytes32, base64: z.string() })),
});

const requestDigest = z.object({ digest: bytes32 });
const denial = { reason: z.string().max(1000) };
const PAGE = 20;
const PAGE_MAX = 100;
const DENIED_AT_ONCE_MAX = 1000;

/** Requests for grants name what others want with the data: the owner's business, so reading them needs the token too. */
export const requestRoutes = {
  requests: {
    method: 'get',
    path: '/api/requests',
    summary: 'Requests for the use of data in custody here, newest first, and what was answered',
    query: z.object({
      status: z.enum(grantStatuses).optional(),
      /** The `next` of the page before. */
      before: z.coerce.number<number | string>().int().positive().optional(),
      limit: z.coerce.number<number | string>().int().min(1).max(PAGE_MAX).default(PAGE),
    }),
    answer: json(z.object({ requests: z.array(requestViewSchema), next: count.optional() })),
    needsToken: true,
    errors: [502],
  },
  request: {
    method: 'get',
    path: '/api/requests/:digest',
    summary: 'One request with all that its owner can know of it; it counts as looked at then',
    params: requestDigest,
    answer: json(requestDetailSchema),
    needsToken: true,
    atOnce: 16,
    errors: [404, 502],
  },
  dryRun: {
    method: 'post',
    path: '/api/requests/:digest/dry-run',
    summary: 'Runs what is asked on the real rows and shows what would leave; nothing does',
    params: requestDigest,
    answer: json(dryRunSchema),
    needsToken: true,
    atOnce: 1,
    errors: [404, 409, 502],
  },
  approve: {
    method: 'post',
    path: '/api/requests/:digest/approve',
    summary: 'Signs the grant that a request asks for, if it asks for what the owner saw',
    params: requestDigest,
    body: json(
      z.strictObject({
        terms: bytes32,
        bits: schema.uint(64),
        uses: schema.smallUint(32),
        /** Bits of files that would leave as they are (`bound.opaqueBits`), where there are any. */
        confirmBits: count.optional(),
      }),
    ),
    answer: json(z.object({ grant: signedSchema('Grant') })),
    needsToken: true,
    errors: [404, 409, 502],
  },
  deny: {
    method: 'post',
    path: '/api/requests/:digest/deny',
    summary: 'Refuses a request',
    params: requestDigest,
    body: json(z.strictObject(denial)),
    answer: nothing,
    needsToken: true,
    errors: [404, 409],
  },
  denyMany: {
    method: 'post',
    path: '/api/requests/deny',
    summary: 'Refuses many requests that wait: those named, or all of one requester',
    body: json(
      z.union([
        z.strictObject({ ...denial, digests: z.array(bytes32).min(1).max(DENIED_AT_ONCE_MAX) }),
        z.strictObject({ ...denial, requester: address }),
      ]),
    ),
    answer: json(z.object({ denied: count })),
    needsToken: true,
  },
} as const;
