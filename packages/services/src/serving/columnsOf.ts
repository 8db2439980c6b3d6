import type { RequestTensor } from '@koinon/api';
import type { TensorMetadata } from '@koinon/executors';
import { KoinonError } from '@koinon/protocol';
import { isMissing } from '@koinon/tabular';

/** Integer datatypes with the values they hold; of 64 bits as many as JSON numbers tell apart. */
const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  INT8: [-(2 ** 7), 2 ** 7 - 1],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UINT8: [0, 2 ** 8 - 1],
  UINT16: [0, 2 ** 16 - 1],
  UINT32: [0, 2 ** 32 - 1],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
};
const FLOATS = new Set(['FP16', 'FP32', 'FP64']);
const FLOAT32_MAX = 3.4028234663852886e38;

/**
 * The columns a model takes, from the tensors a client sent: each of shape [N] or [N, 1], in any order, numbers of any
 * datatype for a number (a missing one NaN), BYTES for words (a missing one ''). Throws `K_PREDICT_INPUT` with the
 * name of the input and what is wrong with it.
 */
export function columnsOf(
  given: readonly RequestTensor[],
  wanted: readonly TensorMetadata[],
): { columns: Map<string, Float32Array | string[]>; rows: number } {
  const byName = new Map(given.map(tensor => [tensor.name, tensor]));
  if (byName.size !== given.length) throw badInput('an input is given twice');
  const rows = given[0]!.shape[0]!;
  const columns = new Map<string, Float32Array | string[]>();
  for (const { name, datatype } of wanted) {
    const tensor = byName.get(name);
    if (!tensor) throw badInput(`the input "${name}" is missing`);
    byName.delete(name);
    refuseBinary(tensor);
    const cells = cellsOf(tensor, rows);
    columns.set(
      name,
      datatype === 'BYTES'
        ? cells.map(cell => word(name, tensor.datatype, cell))
        : Float32Array.from(cells, cell => number(name, tensor.datatype, cell)),
    );
  }
  for (const stranger of byName.keys()) throw badInput(`the model has no input "${stranger}"`);
  return { columns, rows };
}

function cellsOf({ name, shape, data }: RequestTensor, rows: number): unknown[] {
  if (shape.length > 2 || shape[0] !== rows || (shape[1] ?? 1) !== 1) {
    throw badInput(`the input "${name}" must have the shape [${rows}, 1], as many rows as the first`);
  }
  const cells = data.map(cell => (Array.isArray(cell) && cell.length === 1 ? cell[0] : cell));
  if (cells.length !== rows)
    throw badInput(`the input "${name}" has ${cells.length} values for ${rows} rows`);
  return cells;
}

function word(name: string, datatype: string, cell: unknown): string {
  if (datatype !== 'BYTES') throw badInput(`the input "${name}" takes words, so its datatype is BYTES`);
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  throw badInput(`the input "${name}" takes words, and null where one is missing`);
}

function number(name: string, datatype: string, cell: unknown): number {
  const bounds = INTEGERS[datatype];
  if (!bounds && !FLOATS.has(datatype) && datatype !== 'BOOL') {
    throw badInput(`the input "${name}" takes numbers, so its datatype is FP32, not ${datatype}`);
  }
  if (cell === null || (typeof cell === 'string' && (isMissing(cell.trim()) || cell.trim() === 'NaN')))
    return Number.NaN;
  if (datatype === 'BOOL') {
    if (cell === true || cell === 1) return 1;
    if (cell === false || cell === 0) return 0;
    throw badInput(`the input "${name}" has a value that is neither true nor false`);
  }
  if (typeof cell !== 'number')
    throw badInput(`the input "${name}" takes numbers, and null where one is missing`);
  if (bounds && !(Number.isInteger(cell) && cell >= bounds[0] && cell <= bounds[1])) {
    throw badInput(`the input "${name}" has a value that is no ${datatype}`);
  }
  if (!(Math.abs(cell) <= FLOAT32_MAX))
    throw badInput(`the input "${name}" has a value beyond what FP32 holds`);
  return cell;
}

/** The binary extension puts the data behind the JSON; it is not among the extensions this server names. */
function refuseBinary({ name, parameters }: RequestTensor): void {
  if (parameters && 'binary_data_size' in parameters) {
    throw badInput(`the input "${name}" is in the binary extension, which this server does not have`);
  }
}

export function badInput(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_PREDICT_INPUT',
    message: `The request cannot be answered: ${reason}.`,
    fault: 'user',
    next: 'GET /v2/models/NAME tells the inputs of a model.',
  });
}
