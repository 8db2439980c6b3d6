export { inspectModel, type ModelDescription } from './inspectModel.ts';
export * from './limits.ts';
export { type Columns, predictRows, type RowPredictions } from './predictRows.ts';
export {
  type OnnxJob,
  type OnnxOutcome,
  onnxStateRoot,
  onnxTraceRoot,
  PREDICTIONS_OUTPUT,
  runOnnx,
  TABLE_INPUT,
} from './runOnnx.ts';
export { type LoadedModel, loadModel, OnnxFailure, type OnnxRuntime } from './session.ts';
