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
export type { SandboxKind } from './host/sandbox.ts';
export {
  createPredictor,
  type Prediction,
  type Predictor,
  type PredictorMetadata,
  type PredictorOptions,
  type TensorMetadata,
} from './predictor.ts';
