// Rules of the profile `koinon-onnx-1`; changing one is a new profile.

/** The runtime is part of the profile: other builds may round differently. */
export const ONNX_RUNTIME = {
  package: 'onnxruntime-web',
  version: '1.30.0',
  file: 'ort-wasm-simd-threaded.wasm',
  sha256: '0x3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
} as const;

/** What a model may be. Beyond it, it is refused (`K_MODEL_REFUSED`) before the runtime sees it. */
export const MODEL_LIMITS = {
  /** Bytes of the file. */
  bytes: 64 * 2 ** 20,
  operators: 10_000,
  /** Weights and constants. */
  initializers: 20_000,
  features: 1_024,
  classes: 64,
} as const;

/** Rows given to the model at once: kernels may round differently by batch. */
export const CHUNK_ROWS = 4_096;

/** Exit codes of the profile beside 0 and the reserved ones it shares with `koinon-det-1`. */
export const ONNX_EXIT = {
  /** The runtime does not load the model, or its inputs and outputs are not what its description says. */
  MODEL: 1,
  /** There is no table, it is malformed, it lacks a column, or the parameters are not understood. */
  INPUT: 2,
  /** The model failed on the rows, or what it said is no prediction. */
  ROWS: 3,
} as const;

const BASE_FUEL = 20_000_000;
const FUEL_PER_MODEL_BYTE = 100;
const FUEL_PER_ROW = 1_000;
const FUEL_PER_CELL = 200;
/** A weight of four bytes is multiplied and added once a row. */
const FUEL_PER_ROW_AND_MODEL_BYTE = 0.25;

/**
 * Fuel of an execution: 20,000,000 + 100·modelBytes + rows·(1,000 + 200·features + ⌊modelBytes/4⌋). A price that
 * anyone can recompute, not a count: what bounds the work is the host's time and memory. An execution that fails
 * before the first row has `rows` 0 in it.
 */
export function onnxFuel(modelBytes: number, rows: number, features: number): bigint {
  const perRow =
    FUEL_PER_ROW + FUEL_PER_CELL * features + Math.floor(FUEL_PER_ROW_AND_MODEL_BYTE * modelBytes);
  return BigInt(BASE_FUEL) + BigInt(FUEL_PER_MODEL_BYTE * modelBytes) + BigInt(rows) * BigInt(perRow);
}
