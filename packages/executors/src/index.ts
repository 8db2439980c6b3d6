export { createExecutor, type ExecutorOptions, openingOf, stepOutcomeOf } from './createExecutor.ts';
export type {
  CapturedState,
  CheckpointStore,
  ExecutionJob,
  ExecutionOptions,
  ExecutionResult,
  Executor,
  StepOptions,
  StepRequest,
  StepResult,
} from './executor.ts';
export { fileCheckpoints } from './fileCheckpoints.ts';
export {
  type Confinement,
  confinementText,
  isAdequate,
  type SandboxKind,
} from './host/confinement.ts';
export { requireAdequate, unconfined } from './host/confinementGuard.ts';
export type { FindSandbox, FoundSandbox } from './host/sandbox.ts';
export {
  createPredictor,
  type Prediction,
  type Predictor,
  type PredictorMetadata,
  type PredictorOptions,
  type TensorMetadata,
} from './predictor.ts';
