import type { TrainRequest } from '@koinon/api';
import { ANY_CANDIDATE, type Cid, KoinonError, type Manifest } from '@koinon/protocol';
import type { DatasetFacts } from './lookUpDataset.ts';
import type { StudyServices } from './services.ts';

const MODEL_MAX_BYTES = 8 * 2 ** 20;
const METRICS_MAX_BYTES = 2 ** 20;
const PREDICTIONS_MAX_BYTES = 64 * 2 ** 20;
const MEMORY_PAGES = 4096;
const CALL_DEPTH = 512;
/** Most fuel an evaluation job may use; providers quote for it. */
export const EVALUATION_FUEL = 20_000_000_000;

type Programs = Pick<StudyServices, 'programs'>;

/** Trains on the rows of a dataset; a model and its training's own figures are to come out. */
export function trainingManifest(
  { programs }: Programs,
  request: TrainRequest,
  dataset: DatasetFacts,
  target: string,
): Manifest {
  return {
    ...undrawn,
    program: request.program ?? shipped(programs, 'tabular-logistic'),
    inputs: [{ name: 'table.safetensors', source: rowsOf(dataset, 'training') }],
    params: { target, ...request.params } as Manifest['params'],
    limits: limitsOf(dataset.policy.maxFuel, MODEL_MAX_BYTES + METRICS_MAX_BYTES),
    outputs: [
      { name: 'metrics.json', class: 'metrics', maxBytes: METRICS_MAX_BYTES },
      { name: 'model.onnx', class: 'model', maxBytes: MODEL_MAX_BYTES },
    ],
  };
}

/** Measures a model, left open here, on the rows held back from training. */
export function heldBackTestManifest(
  { programs }: Programs,
  request: TrainRequest,
  dataset: DatasetFacts,
  target: string,
): Manifest {
  const { policy } = dataset;
  return {
    ...undrawn,
    program: shipped(programs, 'tabular-evaluate'),
    inputs: [
      { name: 'model.onnx', source: { candidate: ANY_CANDIDATE } },
      { name: 'table.safetensors', source: rowsOf(dataset, 'held-back') },
    ],
    params: {
      target,
      groupBy: (request.groupBy ?? policy.groups).filter(name => policy.groups.includes(name)),
      minGroupRows: policy.minGroupRows,
    },
    limits: limitsOf(Math.min(policy.maxFuel, EVALUATION_FUEL), METRICS_MAX_BYTES),
    outputs: [{ name: 'metrics.json', class: 'evaluation', maxBytes: METRICS_MAX_BYTES }],
  };
}

/** Public: what a model says of each row of a table. */
export function predictionManifest(
  draw: Pick<Manifest, 'seed' | 'timeMs'>,
  model: Cid,
  testTable: Cid,
): Manifest {
  return {
    ...draw,
    koinon: 'manifest/2',
    executor: 'onnx',
    profile: 'koinon-onnx-1',
    program: model,
    inputs: [{ name: 'table.safetensors', source: { cid: testTable } }],
    params: {},
    limits: limitsOf(EVALUATION_FUEL, PREDICTIONS_MAX_BYTES),
    outputs: [{ name: 'predictions.safetensors', class: 'table', maxBytes: PREDICTIONS_MAX_BYTES }],
    private: false,
  };
}

/** Public: how right predictions are. */
export function evaluationManifest(
  { programs }: Programs,
  draw: Pick<Manifest, 'seed' | 'timeMs'>,
  tables: { predictions: Cid; testTable: Cid },
  params: { target: string; groupBy: string[]; minGroupRows: number },
): Manifest {
  return {
    ...undrawn,
    ...draw,
    program: shipped(programs, 'tabular-evaluate'),
    inputs: [
      { name: 'predictions.safetensors', source: { cid: tables.predictions } },
      { name: 'table.safetensors', source: { cid: tables.testTable } },
    ],
    params,
    limits: limitsOf(EVALUATION_FUEL, METRICS_MAX_BYTES),
    outputs: [{ name: 'metrics.json', class: 'evaluation', maxBytes: METRICS_MAX_BYTES }],
    private: false,
  };
}

/** A private job of a program of ours, as its owner is asked about it. */
const undrawn = {
  koinon: 'manifest/2',
  executor: 'wasm',
  profile: 'koinon-det-1',
  seed: new Uint8Array(32),
  timeMs: 0,
  private: true,
} as const satisfies Partial<Manifest>;

function rowsOf({ id, contentRoot }: DatasetFacts, rows: 'training' | 'held-back') {
  return { dataset: { id, contentRoot, rows } };
}

function limitsOf(fuel: number, outputBytes: number): Manifest['limits'] {
  return { fuel, stepFuel: fuel, memoryPages: MEMORY_PAGES, callDepth: CALL_DEPTH, outputBytes };
}

function shipped(programs: ReadonlyMap<string, Cid>, name: string): Cid {
  const cid = programs.get(name);
  if (cid) return cid;
  throw new KoinonError({
    code: 'K_PROGRAM_MISSING',
    message: `Program ${name} was not built.`,
    fault: 'bug',
  });
}
