import * as ort from 'onnxruntime-web';
import type { TestColumn } from './tableFile.ts';

ort.env.wasm.numThreads = 1;

export interface Prediction {
  labels: string[];
  /** Row by row. */
  probabilities: number[][];
}

/** What stock onnxruntime makes of `columns`: numbers as float32 with NaN missing, words as strings with '' missing. */
export async function predict(model: Uint8Array, columns: TestColumn[]): Promise<Prediction> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const feeds: Record<string, ort.Tensor> = {};
  for (const column of columns) {
    feeds[column.name] =
      'numbers' in column
        ? new ort.Tensor('float32', Float32Array.from(column.numbers), [column.numbers.length, 1])
        : new ort.Tensor(
            'string',
            column.words.map(word => word ?? ''),
            [column.words.length, 1],
          );
  }
  const result = await session.run(feeds);
  await session.release();
  const { label, probabilities } = result;
  const classes = probabilities!.dims[1]!;
  const flat = Array.from(probabilities!.data as Float32Array);
  return {
    labels: label!.data as unknown as string[],
    probabilities: Array.from({ length: flat.length / classes }, (_, i) =>
      flat.slice(i * classes, (i + 1) * classes),
    ),
  };
}
