export { createExecutor, type ExecutorOptions } from './createExecutor.ts';
export type { CapturedState, StepRequest, StepResult } from './executor.ts';
export { fileCheckpoints } from './fileCheckpoints.ts';
export type { SandboxKind } from './host/confinement.ts';
export { requireAdequate } from './host/confinementGuard.ts';
export type { FindSandbox, FoundSandbox } from './host/sandbox.ts';
export {
  type CheckpointStore,
  type Confinement,
  confinementText,
  type ExecutionJob,
  type ExecutionOptions,
  type ExecutionResult,
  type Executor,
  isAdequate,
  type StepOptions,
  stepOutcomeOf,
} from './port.ts';
export {
  createPredictor,
  type Prediction,
  type Predictor,
  type PredictorMetadata,
  type PredictorOptions,
  type TensorMetadata,
} from './predictor.ts';
