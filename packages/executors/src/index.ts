export { createExecutor, type ExecutorOptions, openingOf } from './createExecutor.ts';
export type { ExecutionJob, ExecutionOptions, ExecutionResult, Executor } from './executor.ts';
export type { SandboxKind } from './host/sandbox.ts';
export {
  createPredictor,
  type Prediction,
  type Predictor,
  type PredictorMetadata,
  type PredictorOptions,
  type TensorMetadata,
} from './predictor.ts';
