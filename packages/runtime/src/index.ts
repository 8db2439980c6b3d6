export { type CaptureInput, captureState } from './captureState.ts';
export {
  CHECKPOINT_FUEL,
  CHECKPOINT_FUEL_PER_BYTE,
  type Checkpoint,
  type CheckpointSink,
  checkpointParts,
  decodeCheckpoint,
} from './checkpoint.ts';
export { type PrepareResult, prepare } from './prepare.ts';
export {
  EXIT,
  type Limits,
  MAX_CALL_DEPTH,
  MAX_FUEL,
  MAX_MEMORY_PAGES,
  MAX_STEPS,
  PROFILE,
} from './profile.ts';
export { type ReplayStepInput, replayStep, type StepReplay } from './replayStep.ts';
export { type ProgramInput, type RunInput, type RunResult, run } from './run.ts';
export { decodeStepState } from './state/decodeState.ts';
export { encodeStepState } from './state/encodeState.ts';
export type { IsSame } from './state/memoryTree.ts';
export { type Hash, leafHash, rootOfLeaves } from './state/merkleRoot.ts';
export { stateRootOf } from './state/stateRoot.ts';
export type { GlobalBits, StepState } from './state/stepState.ts';
export { describeModule, type ModuleDescription } from './wasm/describeModule.ts';
