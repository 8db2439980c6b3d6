/** An input of a model as the Open Inference Protocol has it; BYTES are words, all else numbers. */
export interface ModelInput {
  name: string;
  datatype: string;
}
/** What is known of a row in one column; null for what is not. */
export type Cell = number | string | null;
/** A row by the names of its columns; a column that is not there is missing. */
export type Row = Readonly<Record<string, Cell | undefined>>;

/** What a model says of a row. */
export interface Prediction {
  /** The likeliest class. */
  label: string;
  /** 0 to 1 by class; a class whose name has a comma is called by its number, `#0`. */
  probabilities: Record<string, number>;
}

/** The rows as a request of the Open Inference Protocol: one tensor of shape [rows, 1] for each input. */
export function inferRequestOf(inputs: readonly ModelInput[], rows: readonly Row[]) {
  return {
    inputs: inputs.map(({ name, datatype }) => ({
      name,
      datatype,
      shape: [rows.length, 1],
      data: rows.map(row => (Object.hasOwn(row, name) ? (row[name] ?? null) : null)),
    })),
  };
}

/** An answer of the Open Inference Protocol, as far as predictions are read from it. */
export interface InferAnswer {
  outputs: readonly {
    name: string;
    shape: readonly number[];
    data: readonly (string | number)[];
    parameters?: Readonly<Record<string, string>> | undefined;
  }[];
}

/** The predictions in an answer, one for each row. `classes` are the model's own, where they are known. */
export function predictionsOf({ outputs }: InferAnswer, classes?: readonly string[]): Prediction[] {
  const labels = outputs.find(({ name }) => name === 'label')?.data ?? [];
  const told = outputs.find(({ name }) => name === 'probabilities');
  const width = told?.shape[1] ?? 0;
  const named = classes ?? told?.parameters?.['classes']?.split(',') ?? [];
  // A class that has a comma in its name cannot be told apart from two; its number then stands for it.
  const names = named.length === width ? named : Array.from({ length: width }, (_, i) => `#${i}`);
  return labels.map((label, row) => ({
    label: String(label),
    probabilities: Object.fromEntries(
      names.map((name, column) => [name, Number(told?.data[row * width + column])]),
    ),
  }));
}
