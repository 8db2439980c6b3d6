export { type PrepareResult, prepare } from './prepare.ts';
export { EXIT, type Limits, MAX_CALL_DEPTH, MAX_FUEL, MAX_MEMORY_PAGES, PROFILE } from './profile.ts';
export { type RunInput, type RunResult, run } from './run.ts';
export { type Hash, leafHash, rootOfLeaves } from './state/merkleRoot.ts';
