export { inspectModel, type ModelDescription } from './inspectModel.ts';
export * from './limits.ts';
export type { Columns, RowPredictions } from './predictRows.ts';
export { type OnnxJob, type OnnxOutcome, onnxStateRoot, runOnnx, TABLE_INPUT } from './runOnnx.ts';
export type { LoadedModel, OnnxRuntime } from './session.ts';
