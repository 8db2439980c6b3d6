import { z } from 'zod';
import { REPLICAS_MAX } from './assurance.ts';
import { artefactClass } from './manifest.ts';
import { policySchema } from './policy.ts';
import { address, fileName, uint } from './schema.ts';

/** How a requester wants public work to be checked, as it stands in a request to its node. */
export const assuranceTermsSchema = z
  .strictObject({
    kind: z.enum(['none', 'redundant', 'replay', 'outcome']),
    /** Providers that do the same work; `redundant` only. */
    replicas: z.number().int().min(2).max(REPLICAS_MAX).optional(),
    /** How their outputs are compared, as people type it (docs/assurance.md); bytes when absent; `redundant` only. */
    comparator: z.string().min(1).max(300).optional(),
    /** Least share of receipts that is replayed by lot, ppm; `replay` and `redundant` only. */
    auditRatePpm: z.number().int().min(1).max(1_000_000).optional(),
  })
  .refine(
    ({ kind, replicas, comparator }) =>
      kind === 'redundant' || (replicas === undefined && comparator === undefined),
    'replicas and a comparator go with assurance "redundant" only',
  )
  .refine(
    ({ kind, auditRatePpm }) => kind === 'replay' || kind === 'redundant' || auditRatePpm === undefined,
    'an audit rate goes with assurance "replay" or "redundant" only',
  );
export type AssuranceTerms = z.infer<typeof assuranceTermsSchema>;

const ppm = z.number().int().min(0).max(1_000_000);
const amount = uint(256).transform(value => value.toString());

/** What a buyer is told before ordering; the answer of `POST /api/quotes`. Amounts are decimal strings in base units. */
export const quoteSchema = z.object({
  assurance: z.enum(['none', 'redundant', 'replay', 'owner-audited', 'outcome']),
  /** Who would do the work, one for each replica. */
  providers: z.array(address).min(1).max(REPLICAS_MAX),
  token: address,
  /** At most, for one replica, for the others, and for the expected pay of auditors. */
  workAmount: amount,
  replicasAmount: amount,
  auditsAmount: amount,
  totalAmount: amount,
  auditRatePpm: ppm,
  risk: z.object({
    /** Chance that a wrong result is never found. */
    undetectedPpm: ppm,
    /** What the provider loses when it is; base units of KOIN. */
    lossOnDetection: amount,
    isDeterred: z.boolean(),
    /** Every number the figure came from; `what` is a sentence. */
    factors: z
      .array(
        z.object({
          name: z.string().max(32),
          ppm: ppm.optional(),
          amount: amount.optional(),
          count: z.number().int().nonnegative().optional(),
          what: z.string().max(500),
        }),
      )
      .max(16),
  }),
  /** Of jobs on private rows, where the question named them: most that one use of each can tell, and what the owner allows. */
  release: z
    .object({
      jobs: z
        .array(
          z.object({
            job: z.enum(['train', 'measure', 'run']),
            /** Most bits that everything anybody outside can see of it tells; charged whatever leaves. */
            bits: z.number().int().nonnegative(),
            /** What they are made of: the files, whether and when it ended, the auditor's report. */
            terms: z
              .array(
                z.object({
                  kind: z.enum(['file', 'outcome', 'report']),
                  name: fileName.optional(),
                  class: artefactClass.optional(),
                  bits: z.number().nonnegative(),
                }),
              )
              .max(66),
          }),
        )
        .min(1)
        .max(2),
      caps: policySchema.shape.bits,
    })
    .optional(),
});
export type Quote = z.infer<typeof quoteSchema>;
