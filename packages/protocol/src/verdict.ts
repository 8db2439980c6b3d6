import { z } from 'zod';
import { fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { encodeNode } from './codec.ts';
import { artefactClass } from './manifest.ts';
import { bytes32, fileName } from './schema.ts';

/**
 * What the gate tells the requester; its digest stands in the receipt. It holds nothing that the released files, the
 * policy and the manifest do not say already, but for `sealed`, which is salted.
 */
export const verdictSchema = z.strictObject({
  koinon: z.literal('verdict/2'),
  /** Digest of the policy that was applied. */
  policy: bytes32,
  /** Digest of the dataset's record, from which names, grids and the bound were taken. */
  record: bytes32,
  /** Most bits this release can have told anybody outside, charged whatever left. */
  bits: z.number().int().nonnegative(),
  /** `released` when every declared output left, else `withheld`. */
  word: z.enum(['released', 'withheld']),
  artefacts: z
    .array(
      z.strictObject({
        name: fileName,
        class: artefactClass,
        size: z.number().int().nonnegative(),
        sha256: bytes32,
      }),
    )
    .max(64),
  /** `sealReasons` of why each output left or did not: for the owner and the auditor the grant names. */
  sealed: bytes32,
});
export type Verdict = z.infer<typeof verdictSchema>;

/** Why each declared output left or did not; never leaves custodian and auditor. */
export const gateReasonsSchema = z
  .array(
    z.strictObject({
      name: fileName,
      class: artefactClass,
      released: z.boolean(),
      /** Stable words (docs/gate.md). */
      reasons: z.array(z.string().max(64)).max(16),
    }),
  )
  .max(64);
export type GateReasons = z.infer<typeof gateReasonsSchema>;

/** sha256(salt ‖ dag-cbor of the reasons), the salt that of the execution. */
export function sealReasons(reasons: GateReasons, salt: Hex): Hex {
  return toHex(sha256(fromHex(salt), encodeNode(reasons)));
}
