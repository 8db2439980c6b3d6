import { z } from 'zod';
import { artefactClass } from './manifest.ts';
import { bytes32, fileName } from './schema.ts';

/** What the gate decided about each output; its digest stands in the receipt. Holds nothing that may not leave. */
export const verdictSchema = z.strictObject({
  koinon: z.literal('verdict/1'),
  /** Digest of the policy that was applied. */
  policy: bytes32,
  artefacts: z
    .array(
      z.strictObject({
        name: fileName,
        class: artefactClass,
        /** `released`: byte for byte; `changed`: suppressed in part; `withheld`: did not leave. */
        decision: z.enum(['released', 'changed', 'withheld']),
        /** Of the released bytes; 0 and 32 zero bytes when withheld. */
        size: z.number().int().nonnegative(),
        sha256: bytes32,
        /** Why, as stable words: `size-cap`, `undeclared`, `schema`, `suppressed-groups`, `class-not-allowed`. */
        reasons: z.array(z.string().max(64)).max(16),
      }),
    )
    .max(64),
});
export type Verdict = z.infer<typeof verdictSchema>;
