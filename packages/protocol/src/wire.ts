import { z } from 'zod';
import { executionOpeningSchema, fileEntrySchema } from './execution.ts';
import { logEntryTypes } from './logEntry.ts';
import { MANIFEST_MAX_BYTES } from './manifest.ts';
import { policySchema } from './policy.ts';
import { address, byteString, bytes32, cid, smallUint, uint } from './schema.ts';
import { signedSchema } from './statement.ts';

/**
 * What one node may ask another, with the schema of question and answer. Both sides parse: the asked because it
 * serves strangers, the asking because the asked may lie. Amounts and 64-bit numbers cross as decimal strings.
 */
const digest = z.strictObject({ digest: bytes32 });
const index = z.number().int().nonnegative().safe();
const hashes = z.array(bytes32).max(64);
const manifestBytes = byteString(MANIFEST_MAX_BYTES);
/** State roots of a trace in one answer. */
export const TRACE_ROOTS_MAX = 8192;
/** Leaf hashes of a log in one answer. */
export const LOG_LEAVES_MAX = 4096;
const reason = z.string().max(1024);

/** What a channel's id is made of, so that the payee can look it up (`Escrow`). */
export const channelSchema = z.strictObject({
  payer: address,
  payee: address,
  token: address,
  signer: address,
  number: uint(64),
  /** Free KOIN the payee must hold per 10^18 base units claimed and not matured; 0 for none. */
  coverage: uint(128),
});

const grantAnswer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('pending'), request: bytes32 }),
  z.strictObject({ status: z.literal('approved'), request: bytes32, grant: signedSchema('Grant') }),
  z.strictObject({ status: z.literal('denied'), request: bytes32, reason }),
]);

export const jobStates = ['accepted', 'running', 'sealed', 'paid', 'failed'] as const;
const jobAnswer = z.strictObject({
  order: bytes32,
  state: z.enum(jobStates),
  /** Fuel used so far over the manifest's limit, 0 to 1; absent for private jobs, whose timing is an output too. */
  progress: z.number().min(0).max(1).optional(),
  /** Present once sealed. */
  receipt: signedSchema('Receipt').optional(),
  leafSalt: bytes32.optional(),
  outputs: z.array(fileEntrySchema.extend({ cid })).max(64).optional(),
  verdict: cid.optional(),
  opening: executionOpeningSchema.optional(),
  failure: z.strictObject({ code: z.string().max(64), message: reason }).optional(),
});

const auditMaterial = z.strictObject({
  order: signedSchema('Order'),
  manifest: manifestBytes,
  grant: signedSchema('Grant').optional(),
  receipt: signedSchema('Receipt'),
  leafSalt: bytes32,
  opening: executionOpeningSchema,
  /** The private content by blob name and the salt of its content root, for the named auditor. */
  content: z.strictObject({ cid, salt: bytes32 }).optional(),
  policy: policySchema.optional(),
  /** The record of the dataset, a public blob: what the gate takes names and grids from. */
  metadata: cid.optional(),
  verdict: cid.optional(),
});

const auditAnswer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('pending') }),
  z.strictObject({ status: z.literal('reported'), report: signedSchema('AuditReport'), leafSalt: bytes32 }),
  z.strictObject({ status: z.literal('refused'), reason }),
]);

export const methods = {
  /** Who are you, and on which network? */
  hello: {
    request: z.strictObject({}),
    response: z.strictObject({
      operator: address,
      chainId: z.number().int().positive(),
      nodes: address,
      roles: smallUint(32),
      version: z.string().max(32),
    }),
  },
  /** A provider's present offer. */
  'offer.get': { request: z.strictObject({}), response: z.strictObject({ offer: signedSchema('Offer') }) },
  /**
   * What a custodian says in public about a dataset. `metadata` (Croissant), `mock` and `publicTable` (rows the owner
   * gave away for testing models) are public blobs.
   */
  'dataset.get': {
    request: z.strictObject({ id: uint(256) }),
    response: z.strictObject({
      id: uint(256),
      name: z.string().max(128),
      metadata: cid,
      mock: cid,
      publicTable: cid.optional(),
      target: z.string().max(128).optional(),
      policy: policySchema,
    }),
  },
  /** Asks for a grant, or how an earlier request stands. */
  'grant.request': {
    request: z.strictObject({ request: signedSchema('GrantRequest'), manifest: manifestBytes }),
    response: grantAnswer,
  },
  'grant.status': { request: digest, response: grantAnswer },
  /** Hands in an order; the same order again answers how it stands. */
  'order.submit': {
    request: z.strictObject({
      order: signedSchema('Order'),
      manifest: manifestBytes,
      grant: signedSchema('Grant').optional(),
      channel: channelSchema,
    }),
    response: jobAnswer,
  },
  /** How a job stands; answers at once, or after at most `waitMs` when its state is still `known`. */
  'job.status': {
    request: z.strictObject({
      order: bytes32,
      known: z.enum(jobStates).optional(),
      waitMs: z.number().int().min(0).max(30_000).optional(),
    }),
    response: jobAnswer,
  },
  /**
   * What an auditor needs to replay a receipt, named by its digest or by its place in the provider's log; of a private job,
   * only for the auditor the grant names.
   */
  'audit.material': {
    request: z.union([z.strictObject({ receipt: bytes32 }), z.strictObject({ index })]),
    response: auditMaterial,
  },
  /**
   * The state roots of a receipt's trace from one step on, as many as one answer takes; `count` is how many there are. Of
   * a private job, only for the auditor the grant names.
   */
  'trace.get': {
    request: z.strictObject({
      receipt: bytes32,
      from: index,
      max: z.number().int().min(1).max(TRACE_ROOTS_MAX),
    }),
    response: z.strictObject({ count: index, roots: z.array(bytes32).max(TRACE_ROOTS_MAX) }),
  },
  /**
   * Asks an auditor to replay a receipt that the lot, or the owner, gave it. Whoever has what a replay needs, and the path to
   * the first anchor, sends it along: then the provider cannot keep the auditor away by silence.
   */
  'audit.request': {
    request: z.strictObject({
      provider: address,
      receipt: bytes32,
      material: auditMaterial.optional(),
      path: hashes.optional(),
    }),
    response: auditAnswer,
  },
  /** A node's log head, signed. */
  'log.head': { request: z.strictObject({}), response: z.strictObject({ head: signedSchema('LogHead') }) },
  'log.inclusion': {
    request: z.strictObject({ index, size: index }),
    response: z.strictObject({ index, size: index, path: hashes }),
  },
  /** Leaf hashes from one index on, as many as one answer takes; `size` is how many there are. */
  'log.leaves': {
    request: z.strictObject({ from: index, max: z.number().int().min(1).max(LOG_LEAVES_MAX) }),
    response: z.strictObject({ size: index, leaves: z.array(bytes32).max(LOG_LEAVES_MAX) }),
  },
  'log.consistency': {
    request: z.strictObject({ first: index, second: index }),
    response: z.strictObject({ path: hashes }),
  },
  /** Pays: the channel's new total. The answer repeats what the payee now holds. */
  'voucher.submit': {
    request: z.strictObject({ voucher: signedSchema('Voucher'), order: bytes32 }),
    response: z.strictObject({ channel: bytes32, cumulativeAmount: uint(128) }),
  },
} as const;

export type Method = keyof typeof methods;
export type WireRequest<M extends Method> = z.output<(typeof methods)[M]['request']>;
export type WireResponse<M extends Method> = z.output<(typeof methods)[M]['response']>;
export type JobAnswer = z.output<typeof jobAnswer>;
export type GrantAnswer = z.output<typeof grantAnswer>;
export type AuditAnswer = z.output<typeof auditAnswer>;
export type JobState = (typeof jobStates)[number];

/** Names of the logged types by their byte, for readers of logs. */
export const logEntryNames = Object.fromEntries(
  Object.entries(logEntryTypes).map(([name, byte]) => [byte, name]),
) as Record<number, keyof typeof logEntryTypes>;
