import {
  fileList,
  fileListDigest,
  fromHex,
  type Hex,
  type Manifest,
  rootOf,
  sha256,
  toHex,
  utf8,
} from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { EXIT } from '@koinon/runtime';
import { decodeTable, encodePredictions, type Table, tableToModelInputs } from '@koinon/tabular';
import { z } from 'zod';
import { ONNX_EXIT, onnxFuel } from './limits.ts';
import { predictRows } from './predictRows.ts';
import { type LoadedModel, loadModel, OnnxFailure, type OnnxRuntime } from './session.ts';

/** One execution of the profile `koinon-onnx-1`. */
export interface OnnxJob {
  manifest: Pick<Manifest, 'params' | 'limits'>;
  /** The model. */
  program: Uint8Array;
  /** By name; `table.safetensors` is the one that counts. */
  inputs: ReadonlyMap<string, Uint8Array>;
}

/** What follows from the job; the same in every process, on every machine, in a browser. */
export interface OnnxOutcome {
  exitCode: number;
  fuel: bigint;
  /** `predictions.safetensors` when `exitCode` is 0, else nothing. */
  outputs: Map<string, Uint8Array>;
  traceRoot: Hex;
  /** For a person; no part of the execution. */
  stderr: string;
}

export const TABLE_INPUT = 'table.safetensors';
export const PREDICTIONS_OUTPUT = 'predictions.safetensors';

/** `target` names the column that is no feature; it may be in the table or not. */
const paramsSchema = z.strictObject({ target: z.string().max(256).optional() });

/**
 * Predicts every row of the table with the model. Throws `K_MODEL_REFUSED` for a model outside the profile, and
 * whatever the runtime throws where the machine failed (no memory); everything else is an outcome.
 */
export async function runOnnx(
  ort: OnnxRuntime,
  job: OnnxJob,
  onProgress?: (fuelUsed: bigint) => void,
): Promise<OnnxOutcome> {
  let rows = 0;
  const featureCount = (model: LoadedModel | undefined) => model?.description.features.length ?? 0;
  let model: LoadedModel | undefined;
  try {
    model = await loadModel(ort, job.program);
    const table = tableOf(job, model);
    rows = table.rows;
    const fuel = onnxFuel(job.program.length, rows, featureCount(model));
    const limit = BigInt(job.manifest.limits.fuel);
    if (fuel > limit) return outcome(EXIT.OUT_OF_FUEL, limit, new Map(), `it needs ${fuel} fuel`);
    const columns = inputsOf(table, model);
    const { label, probabilities } = await predictRows(ort, model, columns, rows, done =>
      onProgress?.(onnxFuel(job.program.length, done, featureCount(model))),
    );
    const { classes } = model.description;
    const bytes = asResult(ONNX_EXIT.ROWS, () => encodePredictions({ rows, classes, probabilities, label }));
    if (bytes.length > job.manifest.limits.outputBytes)
      return outcome(EXIT.OUTPUT_TOO_LARGE, fuel, new Map(), `the predictions take ${bytes.length} bytes`);
    return outcome(0, fuel, new Map([[PREDICTIONS_OUTPUT, bytes]]), '');
  } catch (error) {
    if (!(error instanceof OnnxFailure)) throw error;
    const asked = onnxFuel(job.program.length, rows, featureCount(model));
    const limit = BigInt(job.manifest.limits.fuel);
    return outcome(error.exitCode, asked < limit ? asked : limit, new Map(), error.message);
  } finally {
    await model?.session.release();
  }
}

/** The state after the only step is the set of outputs. */
export function onnxStateRoot(outputs: ReadonlyMap<string, Uint8Array>): Hex {
  const digest = fromHex(fileListDigest(fileList(outputs)));
  return toHex(sha256(utf8.encode('koinon-onnx-1/state\0'), digest));
}

/** The RFC 6962 root over that one leaf. */
function onnxTraceRoot(outputs: ReadonlyMap<string, Uint8Array>): Hex {
  return toHex(rootOf([fromHex(onnxStateRoot(outputs))]));
}

function tableOf(job: OnnxJob, { description }: LoadedModel): Table {
  const params = paramsSchema.safeParse(job.manifest.params);
  if (!params.success)
    throw new OnnxFailure(ONNX_EXIT.INPUT, 'params.json may hold "target" and nothing else');
  const { target } = params.data;
  if (target !== undefined && description.features.some(feature => feature.name === target))
    throw new OnnxFailure(
      ONNX_EXIT.INPUT,
      `"${target}" is a feature of the model, so it cannot be the target`,
    );
  const bytes = job.inputs.get(TABLE_INPUT);
  if (!bytes) throw new OnnxFailure(ONNX_EXIT.INPUT, `there is no input ${TABLE_INPUT}`);
  return asResult(ONNX_EXIT.INPUT, () => decodeTable(bytes));
}

function inputsOf(table: Table, { description }: LoadedModel): Map<string, Float32Array | string[]> {
  const features = description.features.map(({ name, type, categories }) => ({
    name,
    type,
    ...(categories ? { categories } : {}),
  }));
  const inputs = asResult(ONNX_EXIT.INPUT, () => tableToModelInputs(table, features));
  return new Map(Object.entries(inputs).map(([name, { data }]) => [name, data]));
}

/** What the table's code refuses follows from the bytes, so it is a result. */
function asResult<T>(exitCode: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof KoinonError) throw new OnnxFailure(exitCode, error.message);
    throw error;
  }
}

function outcome(
  exitCode: number,
  fuel: bigint,
  outputs: Map<string, Uint8Array>,
  stderr: string,
): OnnxOutcome {
  return { exitCode, fuel, outputs, traceRoot: onnxTraceRoot(outputs), stderr };
}
