import { MessageWriter } from '../src/onnx/protobuf.ts';

const ML = 'ai.onnx.ml';
export type Attribute = (name: string) => MessageWriter;

const attribute =
  (type: bigint, write: (message: MessageWriter) => void): Attribute =>
  name => {
    const message = new MessageWriter();
    write(message);
    return message.text(1, name).integer(20, type);
  };
export const float = (value: number) => attribute(1n, message => message.float(2, value));
export const int = (value: number) => attribute(2n, message => message.integer(3, BigInt(value)));
export const text = (value: string) => attribute(3n, message => message.text(4, value));
export const floats = (values: readonly number[]) =>
  attribute(6n, message => {
    for (const value of values) message.float(7, value);
  });
export const ints = (values: readonly number[]) =>
  attribute(7n, message => {
    for (const value of values) message.integer(8, BigInt(value));
  });
export const texts = (values: readonly string[]) =>
  attribute(8n, message => {
    for (const value of values) message.text(9, value);
  });

export interface NodeSample {
  operator: string;
  isMl: boolean;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  name?: string;
  /** Writes whatever else into the node. */
  extra?: (node: MessageWriter) => void;
}

export interface ModelSample {
  facts: Record<string, unknown>;
  nodes: NodeSample[];
  inputs: [name: string, isNumber: boolean][];
  graphName: string;
  extraGraph?: (graph: MessageWriter) => void;
  extraModel?: (model: MessageWriter) => void;
}

/** A model over `age` and `sex` as tabular-logistic writes it. */
export function modelSample(): ModelSample {
  return {
    facts: {
      version: 1,
      target: 'ill',
      classes: ['no', 'yes'],
      features: [
        { name: 'age', type: 'number' },
        { name: 'sex', type: 'category', categories: ['f', 'm'] },
      ],
      rows: 40,
    },
    inputs: [
      ['age', true],
      ['sex', false],
    ],
    graphName: 'tabular-logistic',
    nodes: [
      {
        operator: 'Concat',
        isMl: false,
        inputs: ['age'],
        outputs: ['koinon/numbers'],
        attributes: { axis: int(1) },
      },
      {
        operator: 'Imputer',
        isMl: true,
        inputs: ['koinon/numbers'],
        outputs: ['koinon/imputed'],
        attributes: { imputed_value_floats: floats([49.5]), replaced_value_float: float(Number.NaN) },
      },
      {
        operator: 'Scaler',
        isMl: true,
        inputs: ['koinon/imputed'],
        outputs: ['koinon/scaled'],
        attributes: { offset: floats([49.5]), scale: floats([0.1]) },
      },
      {
        operator: 'LabelEncoder',
        isMl: true,
        inputs: ['sex'],
        outputs: ['koinon/0code'],
        attributes: {
          keys_strings: texts(['f', 'm', '', '?', 'NA']),
          values_int64s: ints([0, 1, -1, -1, -1]),
          default_int64: int(-1),
        },
      },
      {
        operator: 'OneHotEncoder',
        isMl: true,
        inputs: ['koinon/0code'],
        outputs: ['koinon/0oneHot'],
        attributes: { cats_int64s: ints([0, 1]), zeros: int(1) },
      },
      {
        operator: 'Flatten',
        isMl: false,
        inputs: ['koinon/0oneHot'],
        outputs: ['koinon/0flat'],
        attributes: { axis: int(1) },
      },
      {
        operator: 'Concat',
        isMl: false,
        inputs: ['koinon/scaled', 'koinon/0flat'],
        outputs: ['koinon/features'],
        attributes: { axis: int(1) },
      },
      {
        operator: 'LinearClassifier',
        isMl: true,
        inputs: ['koinon/features'],
        outputs: ['label', 'probabilities'],
        attributes: {
          coefficients: floats([-0.5, -0.25, 0.125, 0.5, 0.25, -0.125]),
          intercepts: floats([-1, 1]),
          classlabels_strings: texts(['no', 'yes']),
          post_transform: text('LOGISTIC'),
          multi_class: int(0),
        },
      },
    ],
  };
}

export function modelBytes(sample: ModelSample): Uint8Array {
  const graph = new MessageWriter();
  for (const node of sample.nodes) graph.message(1, nodeMessage(node));
  graph.text(2, sample.graphName);
  for (const [name, isNumber] of sample.inputs) graph.message(11, tensorInfo(name, isNumber ? 1n : 8n, 1));
  graph.message(12, tensorInfo('label', 8n, 0)).message(12, tensorInfo('probabilities', 1n, 2));
  sample.extraGraph?.(graph);
  const model = new MessageWriter()
    .integer(1, 8n)
    .text(2, 'koinon')
    .message(7, graph)
    .message(8, new MessageWriter().text(1, '').integer(2, 17n))
    .message(8, new MessageWriter().text(1, ML).integer(2, 3n))
    .message(14, new MessageWriter().text(1, 'koinon.model').text(2, JSON.stringify(sample.facts)));
  sample.extraModel?.(model);
  return model.finish();
}

function nodeMessage({
  operator,
  isMl,
  inputs,
  outputs,
  attributes,
  name,
  extra,
}: NodeSample): MessageWriter {
  const node = new MessageWriter();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, name ?? outputs[0]!).text(4, operator);
  for (const [key, write] of Object.entries(attributes)) node.message(5, write(key));
  if (isMl) node.text(7, ML);
  extra?.(node);
  return node;
}

function tensorInfo(name: string, element: bigint, columns: number): MessageWriter {
  const shape = new MessageWriter().message(1, new MessageWriter().text(2, 'N'));
  if (columns > 0) shape.message(1, new MessageWriter().integer(1, BigInt(columns)));
  const tensor = new MessageWriter().integer(1, element).message(2, shape);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}
