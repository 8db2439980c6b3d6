/** ONNX files for the tests, written field by field (numbers of `onnx.proto`). */
export type Part = Uint8Array | number[];

const bytesOf = (parts: Part[]) => Uint8Array.from(parts.flatMap(part => [...part]));
const utf8 = (text: string) => new TextEncoder().encode(text);

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

/** A length-delimited field. */
export function field(number: number, content: Part | string): number[] {
  const bytes = typeof content === 'string' ? utf8(content) : content;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

export const integer = (number: number, value: number) => [...varint(number * 8), ...varint(value)];
const float = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)];

export const attribute = {
  int: (name: string, value: number) =>
    field(5, bytesOf([field(1, name), integer(3, value), integer(20, 2)])),
  float: (name: string, value: number) =>
    field(5, bytesOf([field(1, name), [...varint(2 * 8 + 5), ...float(value)], integer(20, 1)])),
  text: (name: string, value: string) => field(5, bytesOf([field(1, name), field(4, value), integer(20, 3)])),
  floats: (name: string, values: number[]) =>
    field(
      5,
      bytesOf([
        field(1, name),
        ...values.map(value => [...varint(7 * 8 + 5), ...float(value)]),
        integer(20, 6),
      ]),
    ),
  texts: (name: string, values: string[]) =>
    field(5, bytesOf([field(1, name), ...values.map(value => field(9, value)), integer(20, 8)])),
  ints: (name: string, values: number[]) =>
    field(5, bytesOf([field(1, name), ...values.map(value => integer(8, value)), integer(20, 7)])),
  graph: (name: string) => field(5, bytesOf([field(1, name), field(6, []), integer(20, 5)])),
};

export function node(
  operator: string,
  domain: string,
  inputs: string[],
  outputs: string[],
  ...attributes: Part[]
): number[] {
  return field(
    1,
    bytesOf([
      ...inputs.map(name => field(1, name)),
      ...outputs.map(name => field(2, name)),
      field(4, operator),
      field(7, domain),
      ...attributes,
    ]),
  );
}

/** A tensor of a graph's inputs (11) or outputs (12); element type 1 float, 8 string. -1 is the number of rows. */
export function port(number: 11 | 12, name: string, elementType: number, shape: number[]): number[] {
  const dims = shape.map(size => field(1, size < 0 ? bytesOf([field(2, 'N')]) : bytesOf([integer(1, size)])));
  const tensor = bytesOf([integer(1, elementType), field(2, bytesOf(dims))]);
  return field(number, bytesOf([field(1, name), field(2, bytesOf([field(1, tensor)]))]));
}

export function onnxFile(graph: Part[], description: unknown, ...extra: Part[]): Uint8Array {
  return bytesOf([
    integer(1, 8),
    field(7, bytesOf([field(2, 'g'), ...graph])),
    field(8, bytesOf([field(1, ''), integer(2, 17)])),
    field(8, bytesOf([field(1, 'ai.onnx.ml'), integer(2, 3)])),
    ...(description === undefined
      ? []
      : [field(14, bytesOf([field(1, 'koinon.model'), field(2, JSON.stringify(description))]))]),
    ...extra,
  ]);
}

export const description = {
  version: 1,
  target: 'risk',
  classes: ['high', 'low'],
  features: [
    { name: 'age', type: 'number' },
    { name: 'sex', type: 'category', categories: ['f', 'm'] },
  ],
  rows: 10,
};
export const ports = [
  port(11, 'age', 1, [-1, 1]),
  port(11, 'sex', 8, [-1, 1]),
  port(12, 'label', 8, [-1]),
  port(12, 'probabilities', 1, [-1, 2]),
];
export const nodes = [
  node(
    'LabelEncoder',
    'ai.onnx.ml',
    ['sex'],
    ['code'],
    attribute.texts('keys_strings', ['f', 'm']),
    attribute.floats('values_floats', [0, 1]),
  ),
  node(
    'Imputer',
    'ai.onnx.ml',
    ['age'],
    ['known'],
    attribute.floats('imputed_value_floats', [50]),
    attribute.float('replaced_value_float', Number.NaN),
  ),
  node('Concat', '', ['known', 'code'], ['row'], attribute.int('axis', 1)),
  node(
    'LinearClassifier',
    'ai.onnx.ml',
    ['row'],
    ['label', 'probabilities'],
    attribute.floats('coefficients', [0.1, -0.5, -0.1, 0.5]),
    attribute.floats('intercepts', [-5, 5]),
    attribute.texts('classlabels_strings', ['high', 'low']),
    attribute.text('post_transform', 'SOFTMAX'),
  ),
];
/** Two features, two classes: logistic in age with a shift by sex. */
export const smallModel = (): Uint8Array => onnxFile([...nodes, ...ports], description);
