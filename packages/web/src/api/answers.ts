import type { KnownStep, StepKind, StepResult, Step as ToldStep, Study as ToldStudy } from '@koinon/api';
import type {
  Dataset as AnyDataset,
  Dispute as AnyDispute,
  DryRun as AnyDryRun,
  ModelEntry as AnyEntry,
  Job as AnyJob,
  Model as AnyModel,
  NetworkNode as AnyNode,
  Status as AnyStatus,
  GrantRequest,
  Metrics,
  Wire,
} from '@koinon/sdk';

/**
 * What the node's API answers, as this page shows it: parsed by the schemas of its routes, with amounts as decimal text.
 * The answers come from the node that served the page, which could as well have served another page: so they are shown as
 * that node's word, and whatever is called *checked* is parsed and verified again from bytes by the checker (`src/checker`).
 */
export type Hex = `0x${string}`;
export type Status = Wire<AnyStatus>;
export type Domains = Pick<Status['deployment'], 'chainId' | 'nodes' | 'escrow' | 'datasets'>;
export type Sandbox = NonNullable<Status['sandbox']>;
export type NetworkNode = Wire<AnyNode>;
export type Study = Wire<ToldStudy>;
export type ModelEntry = Wire<AnyEntry>;
export type Model = Wire<AnyModel>;
export type Passport = Model['passport'];
export type Evaluation = Passport['evaluations'][number];
export type JobEvidence = Passport['training'];
export type Inclusion = JobEvidence['inclusion'];
export type Audit = JobEvidence['audits'][number];
export type Dataset = Wire<AnyDataset>;
export type Policy = NonNullable<Dataset['said']>['policy'];
export type RequestView = Wire<GrantRequest>;
export type DryRun = Wire<AnyDryRun>;
export type Job = Wire<AnyJob>;
export type EvaluationMetrics = Metrics;
export type Dispute = Wire<AnyDispute>;
export type GroupMetrics = Metrics['groups'][number];
export type OutputFile = { name: string; size: number; sha256: Hex; cid?: string };

export type { StepKind };
export type StepResults = { [K in StepKind]: Wire<StepResult<K>> };
/** A step with its result, or without one where it is of no kind that this page knows. */
export type Step =
  | Wire<KnownStep>
  | (Wire<Omit<ToldStep, 'result'>> & { kind?: undefined; result?: undefined });

/** Any signed statement: what it says, by its fields. */
export interface Signed {
  message: Readonly<Record<string, string | number>>;
  signature: Hex;
}

/** What went wrong, for people. */
export interface Failure {
  code: string;
  message: string;
  next?: string | undefined;
}
