export { authorise } from './authorise/authorise.ts';
export type {
  AuthoriseInput,
  DatasetFacts,
  Decision,
  GrantState,
  Refusal,
} from './authorise/authoriseInput.ts';
export { applyGate, type GateInput, type GateResult, verdictDigest } from './gate/applyGate.ts';
export { type GateReason, gateReasons } from './gate/reasons.ts';
