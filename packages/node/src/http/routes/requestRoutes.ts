import { gateReasonsSchema, manifestSchema, policySchema, schema, signedSchema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { grantStatuses } from '../../custody/grantBook.ts';
import { grantStates } from '../../custody/grantState.ts';
import { type Api, json, nothing } from '../api.ts';
import { address, bytes32, cid, count, decimal, timeMs } from '../wire.ts';

const boundTerm = z.strictObject({
  kind: z.enum(['file', 'outcome', 'report']),
  name: z.string().optional(),
  class: z.string().optional(),
  bits: z.number().nonnegative(),
  /** What it tells, for people. */
  description: z.string(),
});
const program = z.union([
  z.strictObject({ cid, name: z.string() }),
  z.strictObject({
    cid,
    bytes: count,
    sha256: bytes32,
    imports: z.array(z.string()).optional(),
    exports: z.array(z.string()).optional(),
    refused: z.string().optional(),
  }),
  z.strictObject({ cid, unread: z.string() }),
]);
const requestView = z.strictObject({
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
  bound: z.strictObject({ bits: count, opaqueBits: count, terms: z.array(boundTerm) }).optional(),
  /** Why the policy would not allow it as things stand. */
  refusals: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  /** Bits charged before: to this requester and to all in a year, and ever. */
  charged: z.strictObject({ requesterYear: count, year: count, total: count }).optional(),
  caps: policySchema.shape.bits.optional(),
});
const requester = z.strictObject({
  operator: address,
  owner: address,
  stake: decimal,
  registeredAt: count,
});
const dryRunAnswer = z.strictObject({
  exitCode: count,
  fuel: decimal,
  wallMs: z.number(),
  trap: z.string().optional(),
  stdout: z.string(),
  stderr: z.string(),
  word: z.enum(['released', 'withheld']),
  bits: count,
  reasons: gateReasonsSchema,
  files: z.array(z.strictObject({ name: z.string(), sha256: bytes32, base64: z.string() })),
});

const requestDigest = z.object({ digest: bytes32 });
const denial = { reason: z.string().max(1000) };
const PAGE = 20;
const PAGE_MAX = 100;
const DENIED_AT_ONCE_MAX = 1000;

/** Requests for grants name what others want with the data: the owner's business, so reading them needs the token too. */
export function addRequestRoutes(api: Api, node: KoinonNode): void {
  api.add(
    {
      method: 'get',
      path: '/api/requests',
      summary: 'Requests for the use of data in custody here, newest first, and what was answered',
      tag: 'data',
      query: z.object({
        status: z.enum(grantStatuses).optional(),
        /** The `next` of the page before. */
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE),
      }),
      answer: json(z.strictObject({ requests: z.array(requestView), next: count.optional() })),
      needsToken: true,
    },
    async ({ query: { status, before, limit } }) => {
      const found = node.grants.list({
        limit: limit + 1,
        ...(status ? { status } : {}),
        ...(before === undefined ? {} : { before }),
      });
      const page = found.slice(0, limit);
      const requests = [];
      for (const each of page) requests.push(await node.requestViews.view(each));
      return { requests, ...(found.length > limit ? { next: page.at(-1)!.number } : {}) };
    },
  );

  api.add(
    {
      method: 'get',
      path: '/api/requests/:digest',
      summary: 'One request with all that its owner can know of it; it counts as looked at then',
      tag: 'data',
      params: requestDigest,
      answer: json(z.strictObject({ ...requestView.shape, requester: requester.optional() })),
      needsToken: true,
      atOnce: 16,
    },
    async ({ params: { digest } }) => {
      const found = node.grants.look(digest);
      const { requester: operator } = found.request.message;
      const view = await node.requestViews.view(found);
      const [program, record] = await Promise.all([
        node.programReader.read(view.manifest, operator),
        node.ports.chain.nodes.get(operator),
      ]);
      const { owner, stake, registeredAt } = record ?? {};
      return { ...view, program, ...(record ? { requester: { operator, owner, stake, registeredAt } } : {}) };
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/requests/:digest/dry-run',
      summary: 'Runs what is asked on the real rows and shows what would leave; nothing does',
      tag: 'data',
      params: requestDigest,
      answer: json(dryRunAnswer),
      needsToken: true,
      atOnce: 1,
    },
    async ({ params: { digest }, context }) => {
      const { files, ...told } = await node.dryRun(digest, context.req.raw.signal);
      return {
        ...told,
        files: files.map(({ bytes, ...file }) => ({
          ...file,
          base64: Buffer.from(bytes).toString('base64'),
        })),
      };
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/requests/:digest/approve',
      summary: 'Signs the grant that a request asks for, if it asks for what the owner saw',
      tag: 'data',
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
      answer: json(z.strictObject({ grant: signedSchema('Grant') })),
      needsToken: true,
    },
    async ({ params: { digest }, body }) => ({ grant: await node.grants.approve(digest, body) }),
  );

  api.add(
    {
      method: 'post',
      path: '/api/requests/:digest/deny',
      summary: 'Refuses a request',
      tag: 'data',
      params: requestDigest,
      body: json(z.strictObject(denial)),
      answer: nothing,
      needsToken: true,
    },
    async ({ params: { digest }, body: { reason } }) => {
      await node.grants.deny(digest, reason);
      return {};
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/requests/deny',
      summary: 'Refuses many requests that wait: those named, or all of one requester',
      tag: 'data',
      body: json(
        z.union([
          z.strictObject({ ...denial, digests: z.array(bytes32).min(1).max(DENIED_AT_ONCE_MAX) }),
          z.strictObject({ ...denial, requester: address }),
        ]),
      ),
      answer: json(z.strictObject({ denied: count })),
      needsToken: true,
    },
    ({ body: { reason, ...which } }) => ({ denied: node.grants.denyMany(which, reason) }),
  );
}
