import type { Domains, StepResults } from '../../api/answers.ts';

/** What the evidence of a step refers to and is not part of it. */
export interface Surroundings {
  domains: Domains;
  /** The receipt of the same job. */
  receipt?: StepResults['receipt'];
  dataset?: StepResults['dataset'];
  /** Key that signs the vouchers of the job's channel. */
  payer?: string;
}
