export { authorise } from './authorise/authorise.ts';
export type {
  AuthoriseInput,
  DatasetFacts,
  Decision,
  GrantState,
  Refusal,
} from './authorise/authoriseInput.ts';
export { type ChargedBits, reviewTerms } from './authorise/checkPolicy.ts';
export { type Bound, type BoundTerm, boundOf } from './bound/boundOf.ts';
export { FIRST_INSTANT_MS, instantAfter } from './bound/instants.ts';
export { opaqueBits } from './bound/opaqueBits.ts';
export { applyGate, type GateInput, type GateResult } from './gate/applyGate.ts';
export { isRebuilt } from './gate/isRebuilt.ts';
export type { GateReason } from './gate/reasons.ts';
export { isKnownModel } from './linear/isKnownModel.ts';
export { modelNumbers } from './linear/modelNumbers.ts';
export { type ColumnWeight, weightsOf } from './linear/weightsOf.ts';
