import { z } from 'zod';
import { executionOpeningSchema, fileEntrySchema } from './execution.ts';
import { address, bytes32, cid, uint } from './schema.ts';
import { signedSchema } from './statement.ts';

const path = z.array(bytes32).max(64);

/** Where a statement stands in its signer's log, and where that log stands on chain. */
export const inclusionSchema = z.strictObject({
  node: address,
  /** Blinds the leaf of a confidential order; 32 zero bytes otherwise. */
  leafSalt: bytes32,
  index: z.number().int().nonnegative().safe(),
  size: z.number().int().positive().safe(),
  root: bytes32,
  path,
  /** The transaction that anchored (size, root). */
  anchor: z.strictObject({
    transaction: bytes32,
    block: z.number().int().nonnegative().safe(),
    blockHash: bytes32,
  }),
});
export type Inclusion = z.infer<typeof inclusionSchema>;

/** An auditor's report with how the auditor was chosen. */
export const auditEvidenceSchema = z.strictObject({
  report: signedSchema('AuditReport'),
  inclusion: inclusionSchema,
  /** `owner`: named in the grant. `lot`: drawn among the staked, with what the draw was made from. */
  choice: z.union([
    z.strictObject({ by: z.literal('owner') }),
    z.strictObject({
      by: z.literal('lot'),
      /** The first round of the beacon that nobody knew when the leaf was first anchored, and its value. */
      beaconRound: uint(64),
      beacon: bytes32,
      /** The block before that anchor: stakes count as it ended. */
      stakeBlock: z.number().int().nonnegative().safe(),
      /** The first round of the draw that fell on a candidate. */
      round: z.number().int().min(0).max(127),
      /** Stake of all nodes, eligible or not, base units of KOIN. */
      total: uint(256),
      /** Who could be drawn: auditing nodes with stake that are neither party's nor its owner's. */
      candidates: z.array(z.strictObject({ operator: address, stake: uint(256) })).max(1024),
    }),
  ]),
});
export type AuditEvidence = z.infer<typeof auditEvidenceSchema>;

/** Everything a third party needs to check one job without asking anybody. */
export const jobEvidenceSchema = z.strictObject({
  koinon: z.literal('evidence/1'),
  manifest: cid,
  order: signedSchema('Order'),
  grant: signedSchema('Grant').optional(),
  receipt: signedSchema('Receipt'),
  /** Present when the order was public; a private one is opened to its auditors only. */
  opening: executionOpeningSchema.optional(),
  /** What left: after the gate where there is one. */
  outputs: z.array(fileEntrySchema.extend({ cid })).max(64),
  verdict: cid.optional(),
  inclusion: inclusionSchema,
  audits: z.array(auditEvidenceSchema).max(16),
  /** Present when the lot had nobody replay the receipt: what the coin was tossed from. */
  lot: z.strictObject({ beaconRound: uint(64), beacon: bytes32 }).optional(),
});
export type JobEvidence = z.infer<typeof jobEvidenceSchema>;
