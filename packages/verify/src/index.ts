export { BUNDLE_MAX_BYTES, type Bundle, domainsOf, exportBundle, readBundle } from './bundle/bundle.ts';
export { gatherBlobs } from './bundle/gatherBlobs.ts';
export { verifyBundle } from './bundle/verifyBundle.ts';
export type { Check } from './check.ts';
export { jobsOf, type NamedJob } from './passport/jobsOf.ts';
export { readPassport } from './passport/readPassport.ts';
export type {
  AnchorOnChain,
  CourtFinding,
  DatasetOnChain,
  ModelOnChain,
  ReplayJob,
  ReplayResult,
  Sources,
  StepResult,
} from './sources.ts';
export { type DisputeEvidence, disputedStep } from './step/disputeEvidence.ts';
export { verifyStep } from './step/verifyStep.ts';
export { type Summary, summarize } from './summarize.ts';
export { verifyJob } from './verifyJob.ts';
export { verifyPassport } from './verifyPassport.ts';
