export { type CroissantInput, croissant } from './croissant.ts';
export { type DescribeOptions, describeTable, publishedBits, type StatedRanges } from './describeTable.ts';
export { OTHER } from './dictionary.ts';
export { type HoldBackOptions, holdBack, partOf } from './heldBack.ts';
export { identifyingColumns } from './identifyingColumns.ts';
export { type InferOptions, inferSchema } from './inferSchema.ts';
export * from './limits.ts';
export { mockTable } from './mockTable.ts';
export { type ModelFeature, type ModelInput, tableToModelInputs } from './modelInputs.ts';
export { nearestName } from './nearestName.ts';
export { parseTable } from './parseTable.ts';
export { decodePredictions, encodePredictions, type Predictions } from './predictions.ts';
export { formatCsv, isMissing, type RawTable, tableOfRows } from './rawTable.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors, type Tensor } from './safetensors.ts';
export { type SinglingOut, singlingOut, tellSinglingOut } from './singlingOut.ts';
export { type SplitOptions, splitRows } from './splitRows.ts';
export { COHORT_TARGET, syntheticCohort } from './syntheticCohort.ts';
export {
  buildTable,
  type Dictionaries,
  decodeTable,
  dictionariesOf,
  type EncodeOptions,
  encodeTable,
  type Table,
  type TableColumn,
  tableBytes,
} from './table.ts';
export type { ColumnType, SchemaColumn, TableSchema, TableWarning } from './tableSchema.ts';
