import {
  channelSchema,
  executionOpeningSchema,
  fileEntrySchema,
  inclusionSchema,
  jobEvidenceSchema,
  policySchema,
  schema,
  signedSchema,
  tableDescriptionSchema,
} from '@koinon/protocol';
import { z } from 'zod';
import { failureSchema, timeMs } from '../wire.ts';

/**
 * The steps of a study, by what they are called and what they leave behind: the evidence that a timeline shows and that a
 * check begins from. A step of a job is called after job and phase, `train.receipt`.
 */
export const stepStatuses = ['running', 'done', 'failed'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** Phases of a job, in order; each is a step. */
export const jobPhases = ['channel', 'order', 'receipt', 'anchor', 'audit', 'fetch', 'voucher'] as const;
export type JobPhase = (typeof jobPhases)[number];

/** Jobs of a study: of a training `train`, `predict`, `measure`; of a single run `run`, and `run2`… where several do the same. */
export type JobName = 'train' | 'predict' | 'measure' | 'run' | `run${number}`;

/** What the replica at this place is called, counted from 0. */
export function replicaJob(place: number): JobName {
  return place === 0 ? 'run' : `run${place + 1}`;
}

const written = z.object({ manifest: schema.cid, digest: schema.bytes32 });
const provider = z.object({
  provider: schema.address,
  token: schema.address,
  maxAmount: schema.uint(128),
  offersSeen: z.number(),
});

/** What each kind of step comes to. */
export const stepResults = {
  dataset: z.object({
    id: z.string(),
    name: z.string(),
    custodian: schema.address,
    owner: schema.address,
    contentRoot: schema.bytes32,
    metadata: schema.cid,
    policy: policySchema,
    /** What the record says of the table: bounds are worked out from it. */
    description: tableDescriptionSchema,
    publicTable: schema.cid.optional(),
    target: z.string().optional(),
  }),
  /** What the owner of data is asked about, and what runs. */
  draft: written,
  manifest: written,
  'permission.asked': z.object({
    request: signedSchema('GrantRequest'),
    digest: schema.bytes32,
    manifest: schema.cid,
  }),
  'permission.given': z.object({ grant: signedSchema('Grant'), digest: schema.bytes32 }),
  channel: z.object({
    channel: schema.bytes32,
    params: channelSchema,
    /** The transaction that opened it or topped it up; absent where it had enough. */
    transaction: schema.bytes32.optional(),
  }),
  order: z.object({
    digest: schema.bytes32,
    order: signedSchema('Order'),
    manifest: schema.cid,
    /** Unix seconds; those of an earlier version tell it by their expiry. */
    orderedAt: schema.uint(64).optional(),
  }),
  receipt: z.object({
    digest: schema.bytes32,
    receipt: signedSchema('Receipt'),
    leafSalt: schema.bytes32,
    outputs: z.array(fileEntrySchema.extend({ cid: schema.cid })),
    verdict: schema.cid.optional(),
    opening: executionOpeningSchema.optional(),
  }),
  anchor: inclusionSchema,
  audit: jobEvidenceSchema.pick({ audits: true, lot: true }).strip(),
  fetch: z.object({ files: z.number() }),
  voucher: z.object({ voucher: signedSchema('Voucher').optional(), amount: schema.uint(128) }),
  model: z.object({
    model: schema.cid,
    size: z.number(),
    /** How many numbers the gate rebuilt it from, and most bits that the training told anybody, as the verdict says. */
    numbers: z.number().optional(),
    bits: z.number().optional(),
  }),
  /** Who answers the public rows of a test. */
  evaluator: provider,
  /** Who does a single run; `others` where several do the same. */
  provider: provider.extend({ others: z.array(provider).optional() }),
  /** Whose outputs of a single run agree, by their place from 0, of how many. */
  comparison: z.object({ majority: z.array(z.number().int().nonnegative()), of: z.number().int() }),
  passport: z.object({ passport: schema.cid }),
  registered: z.object({
    transaction: schema.bytes32,
    block: z.number(),
    blockHash: schema.bytes32,
    gasUsed: schema.uint(64),
  }),
  served: z.object({ name: z.string(), version: z.number() }),
} as const;
export type StepKind = keyof typeof stepResults;
export type StepResult<K extends StepKind> = z.output<(typeof stepResults)[K]>;

/** Kinds of steps that belong to a job. */
type JobStepKind = JobPhase | 'draft' | 'manifest' | 'comparison' | 'permission.asked' | 'permission.given';

/** What a step of a job is called. Permission is the study's own, but for a test on rows held back. */
export function stepName<J extends JobName, K extends JobStepKind>(job: J, kind: K): string {
  return kind.startsWith('permission.') && job !== 'measure' ? kind : `${job}.${kind}`;
}

/** The job and the kind of a step by its name; undefined for what this version does not know. */
export function placeOfStep(name: string): { job?: JobName; kind: StepKind } | undefined {
  const [, job, rest] = /^(?:(train|predict|measure|run[0-9]*)\.)?(.+)$/.exec(name) ?? [];
  if (rest === undefined || !Object.hasOwn(stepResults, rest)) return undefined;
  const kind = rest as StepKind;
  return job === undefined ? { kind } : { job: job as JobName, kind };
}

/** A step as a node tells it; the result is parsed by `readStep`. */
export const stepSchema = z.object({
  workflow: z.string(),
  name: z.string(),
  status: z.enum(stepStatuses),
  startedAtMs: timeMs,
  endedAtMs: timeMs.optional(),
  result: z.unknown().optional(),
  failure: failureSchema.optional(),
});
export type Step = z.output<typeof stepSchema>;

interface StepOf<K extends StepKind> extends Omit<Step, 'result'> {
  kind: K;
  job?: JobName;
  /** Present once it is done. */
  result?: StepResult<K>;
}
/** A step whose kind is known, with its result. */
export type KnownStep = { [K in StepKind]: StepOf<K> }[StepKind];

/**
 * The step with its kind, its job and its result parsed; undefined for a kind that this version does not know, and for a
 * result that is not of its kind: a node's word, which nobody builds upon then.
 */
export function readStep(step: Step): KnownStep | undefined {
  const place = placeOfStep(step.name);
  if (!place) return undefined;
  const { result, ...told } = step;
  if (step.status !== 'done') return { ...told, ...place } as KnownStep;
  const parsed = stepResults[place.kind].safeParse(result);
  return parsed.success ? ({ ...told, ...place, result: parsed.data } as KnownStep) : undefined;
}

/** The result of the step with this name, where it is done. */
export function resultOf<K extends StepKind>(
  steps: readonly Step[],
  kind: K,
  name: string = kind,
): StepResult<K> | undefined {
  const step = steps.find(each => each.name === name);
  const known = step && readStep(step);
  return known?.kind === kind ? (known.result as StepResult<K> | undefined) : undefined;
}
