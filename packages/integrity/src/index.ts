export * from './assumptions.ts';
export { isClose, jsonDifference, type Tolerance } from './comparator/closeNumbers.ts';
export {
  BYTES_COMPARATOR,
  COMPARATOR_MAX_BYTES,
  type Comparator,
  comparatorDigest,
  comparatorSchema,
  decodeComparator,
  encodeComparator,
} from './comparator/comparator.ts';
export { type Comparison, compareOutputs, metricOf, type Outputs } from './comparator/compareOutputs.ts';
export { majorityOf, type Redundancy } from './comparator/majority.ts';
export { formatComparator, parseComparator } from './comparator/parseComparator.ts';
export { nextDemandAction } from './court/nextDemandAction.ts';
export { KEEPER_PATIENCE_SECONDS, nextDisputeAction, type OwnSeal } from './court/nextDisputeAction.ts';
export { sealSalt, voteSalt } from './court/salts.ts';
export type * from './court/views.ts';
export { ONE_PPM } from './ppm.ts';
export { type AssurancePrice, priceOfAssurance } from './rate/auditPrice.ts';
export { auditRatePpm, bondNeeded, rateForBondPpm, rateForTrustPpm } from './rate/auditRatePpm.ts';
export { burnableStake, catchPpm, type Exposure } from './rate/exposure.ts';
export { type Risk, type RiskFactor, type RiskTerms, riskOf } from './risk/riskOf.ts';
export { firstDifference, outcomeAfter, outcomeAt, PAST_THE_END, type Trace } from './trace/outcomes.ts';
export { type Search, searchStep } from './trace/searchStep.ts';
export { isStepOf, type StepClaim, stepClaim, traceRoot } from './trace/stepClaim.ts';
export { type AuditResult, afterAudit, NO_TRUST, type Trust } from './trust/trust.ts';
export { type AuditFact, type TrustBook, trustBook } from './trust/trustBook.ts';
