import { OTHER } from '@koinon/tabular';
import { CHUNK_ROWS, ONNX_EXIT } from './limits.ts';
import { type LoadedModel, OnnxFailure, type OnnxRuntime, orFailure } from './session.ts';

/** Columns of a batch by name: numbers with NaN missing, or words with '' missing. */
export type Columns = ReadonlyMap<string, Float32Array | readonly string[]>;

export interface RowPredictions {
  /** Index into `classes` of each row. */
  label: Int32Array;
  /** [rows, classes], row by row. */
  probabilities: Float32Array;
}

/**
 * Runs the rows through the model in chunks of `CHUNK_ROWS`. NaN in the answer has one bit pattern. Throws
 * `OnnxFailure` for missing columns, wrong types and answers that are none. `onRows` hears how far it has come.
 */
export async function predictRows(
  ort: OnnxRuntime,
  model: LoadedModel,
  columns: Columns,
  rows: number,
  onRows?: (rows: number) => void,
): Promise<RowPredictions> {
  const { classes, features } = model.description;
  const indexOf = new Map(classes.map((name, i) => [name, i]));
  const label = new Int32Array(rows);
  const probabilities = new Float32Array(rows * classes.length);
  const inputs = features.map(feature => ({ name: feature.name, column: columnOf(columns, feature, rows) }));
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const to = Math.min(rows, from + CHUNK_ROWS);
    const feeds = Object.fromEntries(
      inputs.map(({ name, column }) => [name, tensorOf(ort, column, from, to)] as const),
    );
    const answer = await orFailure(ONNX_EXIT.ROWS, () =>
      model.session.run(feeds, ['label', 'probabilities']),
    );
    const words = answer['label'];
    const shares = answer['probabilities'];
    if (words?.type !== 'string' || words.size !== to - from)
      throw new OnnxFailure(ONNX_EXIT.ROWS, 'the output "label" is not one string per row');
    if (shares?.type !== 'float32' || shares.size !== (to - from) * classes.length)
      throw new OnnxFailure(
        ONNX_EXIT.ROWS,
        'the output "probabilities" is not one float32 per row and class',
      );
    probabilities.set(shares.data as Float32Array, from * classes.length);
    (words.data as string[]).forEach((word, i) => {
      const index = indexOf.get(word);
      if (index === undefined) throw new OnnxFailure(ONNX_EXIT.ROWS, 'a label is not one of the classes');
      label[from + i] = index;
    });
    for (const tensor of [...Object.values(feeds), ...Object.values(answer)]) tensor.dispose();
    onRows?.(to);
  }
  for (let i = 0; i < probabilities.length; i++) {
    if (Number.isNaN(probabilities[i])) probabilities[i] = Number.NaN;
  }
  return { label, probabilities };
}

type Feature = LoadedModel['description']['features'][number];

function columnOf(columns: Columns, feature: Feature, rows: number): Float32Array | readonly string[] {
  const column = columns.get(feature.name);
  const wanted = feature.type === 'number' ? 'numbers' : 'words';
  if (!column) throw new OnnxFailure(ONNX_EXIT.INPUT, `column "${feature.name}" is missing`);
  if (column instanceof Float32Array !== (feature.type === 'number'))
    throw new OnnxFailure(ONNX_EXIT.INPUT, `column "${feature.name}" does not hold ${wanted}`);
  if (column.length !== rows)
    throw new OnnxFailure(ONNX_EXIT.INPUT, `column "${feature.name}" has ${column.length} rows, not ${rows}`);
  if (column instanceof Float32Array || !feature.categories?.includes(OTHER)) return column;
  const known = new Set(feature.categories);
  return column.map(word => (word === '' || known.has(word) ? word : OTHER));
}

function tensorOf(ort: OnnxRuntime, column: Float32Array | readonly string[], from: number, to: number) {
  const dims = [to - from, 1];
  return column instanceof Float32Array
    ? new ort.Tensor('float32', column.slice(from, to), dims)
    : new ort.Tensor('string', column.slice(from, to), dims);
}
