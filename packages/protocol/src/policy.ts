import { z } from 'zod';
import { type Hex, sha256, toHex } from './bytes.ts';
import { encodeNode, toWire } from './codec.ts';
import { address, cid, uint } from './schema.ts';

const bits = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40);
const fileCount = z.number().int().min(0).max(16);

/** What a data owner allows at all; a grant can only narrow it. Its digest stands on chain. */
export const policySchema = z.strictObject({
  koinon: z.literal('policy/2'),
  /** Groups, classes and categories with fewer rows than this never leave by name, measure or count. */
  minGroupRows: z.number().int().min(2).max(1_000_000),
  /** Most files of each class that one job may let out. */
  outputs: z.strictObject({ model: fileCount, metrics: fileCount, evaluation: fileCount }),
  /** Bits a weight of a model is rounded to, 4 to 24; docs/gate.md has what that costs in accuracy. */
  weightBits: z.number().int().min(4).max(24),
  /** Step of rates (accuracy, AUC, calibration) in thousandths, 1 to 100. */
  ratePermille: z.number().int().min(1).max(100),
  /** Columns by whose words an evaluation may be told; a job's `groupBy` can only name these. */
  groups: z.array(z.string().min(1).max(256)).max(16),
  /** Bits of files of no known class (tables, other models) one job may let out as they are; the owner confirms each. */
  opaqueBits: bits,
  /** Public files that may stand beside private rows. */
  publicInputs: z.array(cid).max(32),
  /** True when models of a known class, made by whomever, may be measured on rows held back. */
  candidates: z.boolean(),
  /** Most bits that may leave: in one job, to one requester in a year, to all in a year, and ever. */
  bits: z.strictObject({ job: bits, requesterYear: bits, year: bits, total: bits }),
  /** Most uses one grant may have. */
  maxUses: z.number().int().min(1).max(10_000),
  /** Price of one use, and of a look at what a job would release before the owner answers; base units of `token`. */
  token: address,
  amount: uint(128),
  dryRunAmount: uint(128),
  /** Nodes that may hold a copy in order to replay jobs; the first is named in new grants. */
  auditors: z.array(address).min(1).max(16),
  /** Most fuel one job may use, and the longest it may take at the custodian, milliseconds. */
  maxFuel: z.number().int().min(1).max(1e13),
  maxRunMs: z.number().int().min(1).max(86_400_000),
});
export type Policy = z.infer<typeof policySchema>;

/** The digest a policy has on chain and in grants. */
export function policyDigest(policy: Policy): Hex {
  return toHex(sha256(encodeNode(toWire(policy))));
}
