import { z } from 'zod';
import { type Hex, sha256, toHex } from './bytes.ts';
import { encodeNode, toWire } from './codec.ts';
import { artefactClass } from './manifest.ts';
import { address, uint } from './schema.ts';

/** What a data owner allows at all; a grant can only narrow it. Its digest stands on chain. */
export const policySchema = z.strictObject({
  koinon: z.literal('policy/1'),
  /** Groups and categories with fewer rows than this never leave by name or by count. */
  minGroupRows: z.number().int().min(2).max(1_000_000),
  /** Classes of artefact that may leave at all. */
  artefactClasses: z.array(artefactClass).max(8),
  /** Cap on one artefact and on all of a job together, bytes. */
  maxArtefactBytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 28),
  maxTotalBytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 28),
  /** Price of one use, base units of `token`. */
  token: address,
  amount: uint(128),
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
