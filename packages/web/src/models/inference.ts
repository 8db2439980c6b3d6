import type { InferAnswer, Port } from '../api/answers.ts';

export interface Prediction {
  label: string;
  probabilities: { name: string; probability: number }[];
}

/** One row as an Open Inference Protocol request; empty texts are missing values. */
export function inferBody(inputs: readonly Port[], values: Readonly<Record<string, string>>): object {
  return {
    inputs: inputs.map(({ name, datatype }) => {
      const text = values[name] ?? '';
      const cell = text === '' ? null : datatype === 'BYTES' ? text : Number(text);
      return { name, shape: [1, 1], datatype, data: [cell] };
    }),
  };
}

/** The answer for the one row that was asked about. `classes` are the model's own, where they are known. */
export function predictionOf({ outputs }: InferAnswer, classes?: readonly string[]): Prediction {
  const label = String(outputs.find(({ name }) => name === 'label')?.data[0] ?? '');
  const probabilities = outputs.find(({ name }) => name === 'probabilities');
  const names = classes ?? probabilities?.parameters?.classes?.split(',') ?? [];
  return {
    label,
    probabilities: (probabilities?.data ?? []).map((probability, i) => ({
      name: names[i] ?? `class ${i}`,
      probability: Number(probability),
    })),
  };
}

/** A column's name as a label: "systolic_bp" is "systolic bp". */
export function labelOf(name: string): string {
  return name.replace(/[_-]+/g, ' ').trim();
}
