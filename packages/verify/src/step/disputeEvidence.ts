import {
  fromHex,
  grounds,
  type Hex,
  inclusionProof,
  leafHash,
  memorySubtrees,
  schema,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { z } from 'zod';

const path = z.array(schema.bytes32).max(64);

/** One disputed step of a receipt, with what anybody needs to replay it alone. */
export const disputeEvidenceSchema = z.strictObject({
  koinon: z.literal('dispute/1'),
  /** EIP-712 digest of the receipt. */
  receipt: schema.bytes32,
  /** The step with RFC 6962 paths to the trace root its receipt commits to; zero and no path before step 0. */
  step: z.strictObject({
    index: z.number().int().nonnegative().safe(),
    count: z.number().int().positive().safe(),
    previousRoot: schema.bytes32,
    previousPath: path,
    root: schema.bytes32,
    path,
  }),
  /** The state before the step (`encodeStepState`); absent for step 0. */
  state: schema.cid.optional(),
  /** What whoever made this said that the court found: only the chain can tell. */
  court: z
    .strictObject({
      outcome: z.enum(['open', 'convicted', 'acquitted', 'undecided']),
      ground: z.enum(grounds).optional(),
      dispute: schema.bytes32.optional(),
      block: z.number().int().nonnegative().safe().optional(),
      transaction: schema.bytes32.optional(),
    })
    .optional(),
});
export type DisputeEvidence = z.infer<typeof disputeEvidenceSchema>;
export type DisputedStep = DisputeEvidence['step'];

/** Step `index` of a trace with its paths; undefined where the trace has no such step. */
export function disputedStep(roots: readonly Hex[], index: number): DisputedStep | undefined {
  const root = roots[index];
  if (root === undefined) return undefined;
  const subtrees = memorySubtrees(roots.map(each => leafHash(fromHex(each))));
  const pathOf = (at: number) => inclusionProof(subtrees, at, roots.length).map(toHex);
  return {
    index,
    count: roots.length,
    previousRoot: index === 0 ? ZERO_32 : roots[index - 1]!,
    previousPath: index === 0 ? [] : pathOf(index - 1),
    root,
    path: pathOf(index),
  };
}
