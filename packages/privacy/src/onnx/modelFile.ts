import { gateReasons, withholdUnless } from '../gate/reasons.ts';
import { MessageReader, MessageWriter, ReadBudget } from './protobuf.ts';

// Field numbers and values of onnx-ml.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx-ml.proto3

export type AttributeValue =
  | { kind: 'float'; value: number }
  | { kind: 'int'; value: bigint }
  | { kind: 'string'; value: string }
  | { kind: 'floats'; value: number[] }
  | { kind: 'ints'; value: bigint[] }
  | { kind: 'strings'; value: string[] };

export interface GraphNode {
  operator: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, AttributeValue>;
}

/** A tensor's element type and its dimensions: a size, or undefined for the free number of rows. */
export interface TensorInfo {
  name: string;
  element: 'float' | 'string';
  shape: (number | undefined)[];
}

/** An ONNX graph and what it is read by: all of a file that a model means. */
export interface ModelFile {
  opsets: { domain: string; version: number }[];
  nodes: GraphNode[];
  inputs: TensorInfo[];
  outputs: TensorInfo[];
}

/** A file as the gate writes it: with a version, and what it says of itself as JSON under "koinon.model". */
export interface WrittenModel extends ModelFile {
  irVersion: number;
  facts: string;
}

const FACTS_KEY = 'koinon.model';
const ELEMENTS = { float: 1n, string: 8n } as const;
const ATTRIBUTE_TYPES = { float: 1n, int: 2n, string: 3n, floats: 6n, ints: 7n, strings: 8n } as const;

/** Fields of a model that mean something, and those that are passed over since they mean nothing: names, versions, words. */
const MODEL = { read: [7, 8], over: [1, 2, 3, 4, 5, 6, 14] };
const GRAPH = { read: [1, 11, 12], over: [2, 10, 13] };

/**
 * Reads what a model means. Anything that would change the meaning and is not known here (initialisers, functions,
 * training, external data, quantisation) is refused; anything that means nothing is passed over.
 */
export function readModel(bytes: Uint8Array): ModelFile {
  const budget = new ReadBudget();
  const read: Read = (message, allowed, many) => new MessageReader(message, allowed, many, budget);
  const model = read(bytes, [...MODEL.read, ...MODEL.over], [8, ...MODEL.over]);
  const graph = read(model.message(7), [...GRAPH.read, ...GRAPH.over], [1, 11, 12, ...GRAPH.over]);
  return {
    opsets: model.messages(8).map(bytes => {
      const opset = read(bytes, [1, 2]);
      return { domain: opset.text(1), version: small(opset.integer(2)) };
    }),
    nodes: graph.messages(1).map(node => readNode(node, read)),
    inputs: graph.messages(11).map(info => readTensorInfo(info, read)),
    outputs: graph.messages(12).map(info => readTensorInfo(info, read)),
  };
}

/** The one encoding of a model: fields in ascending order, no names but those of inputs, outputs and inner tensors. */
export function writeModel(model: WrittenModel): Uint8Array {
  const graph = new MessageWriter();
  for (const node of model.nodes) graph.message(1, writeNode(node));
  graph.text(2, 'model');
  for (const input of model.inputs) graph.message(11, writeTensorInfo(input));
  for (const output of model.outputs) graph.message(12, writeTensorInfo(output));
  const file = new MessageWriter().integer(1, BigInt(model.irVersion)).text(2, 'koinon').message(7, graph);
  for (const { domain, version } of model.opsets) {
    file.message(8, new MessageWriter().text(1, domain).integer(2, BigInt(version)));
  }
  return file.message(14, new MessageWriter().text(1, FACTS_KEY).text(2, model.facts)).finish();
}

/** A reader of one of a file's messages, within what the whole file may cost. */
type Read = (bytes: Uint8Array, allowed: readonly number[], many?: readonly number[]) => MessageReader;

function readNode(bytes: Uint8Array, read: Read): GraphNode {
  const node = read(bytes, [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 5, 6]);
  const attributes = new Map<string, AttributeValue>();
  for (const attribute of node.messages(5)) {
    const { name, value } = readAttribute(attribute, read);
    withholdUnless(!attributes.has(name), gateReasons.schema);
    attributes.set(name, value);
  }
  return {
    operator: node.text(4),
    domain: node.text(7),
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes,
  };
}

function readAttribute(bytes: Uint8Array, read: Read): { name: string; value: AttributeValue } {
  const message = read(bytes, [1, 2, 3, 4, 7, 8, 9, 13, 20], [7, 8, 9, 13]);
  const type = message.integer(20);
  const kind = (Object.keys(ATTRIBUTE_TYPES) as (keyof typeof ATTRIBUTE_TYPES)[]).find(
    candidate => ATTRIBUTE_TYPES[candidate] === type,
  );
  withholdUnless(kind !== undefined, gateReasons.unknownClass);
  const fields = { float: 2, int: 3, string: 4, floats: 7, ints: 8, strings: 9 } as const;
  // A value in a field that the type does not name would be carried along unseen.
  for (const field of Object.values(fields)) {
    withholdUnless(field === fields[kind] || !message.has(field), gateReasons.unknownClass);
  }
  const name = message.text(1);
  switch (kind) {
    case 'float':
      return { name, value: { kind, value: message.floats(2)[0] ?? 0 } };
    case 'int':
      return { name, value: { kind, value: message.integer(3) ?? 0n } };
    case 'string':
      return { name, value: { kind, value: message.text(4) } };
    case 'floats':
      return { name, value: { kind, value: message.floats(7) } };
    case 'ints':
      return { name, value: { kind, value: message.integers(8) } };
    case 'strings':
      return { name, value: { kind, value: message.texts(9) } };
  }
}

function readTensorInfo(bytes: Uint8Array, read: Read): TensorInfo {
  const info = read(bytes, [1, 2, 3], [3]);
  const type = read(info.message(2), [1]);
  const tensor = read(type.message(1), [1, 2]);
  const shape = read(tensor.message(2), [1], [1]);
  const element = tensor.integer(1);
  withholdUnless(element === ELEMENTS.float || element === ELEMENTS.string, gateReasons.unknownClass);
  return {
    name: info.text(1),
    element: element === ELEMENTS.float ? 'float' : 'string',
    shape: shape.messages(1).map(dimension => {
      const size = read(dimension, [1, 2]).integer(1);
      return size === undefined ? undefined : small(size);
    }),
  };
}

function writeNode({ operator, domain, inputs, outputs, attributes }: GraphNode): MessageWriter {
  const node = new MessageWriter();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(4, operator);
  for (const name of [...attributes.keys()].sort())
    node.message(5, writeAttribute(name, attributes.get(name)!));
  if (domain !== '') node.text(7, domain);
  return node;
}

function writeAttribute(name: string, attribute: AttributeValue): MessageWriter {
  const message = new MessageWriter().text(1, name);
  const { kind, value } = attribute;
  if (kind === 'float') message.float(2, value);
  else if (kind === 'int') message.integer(3, value);
  else if (kind === 'string') message.text(4, value);
  else if (kind === 'floats') for (const item of value) message.float(7, item);
  else if (kind === 'ints') for (const item of value) message.integer(8, item);
  else for (const item of value) message.text(9, item);
  return message.integer(20, ATTRIBUTE_TYPES[kind]);
}

function writeTensorInfo({ name, element, shape }: TensorInfo): MessageWriter {
  const dimensions = new MessageWriter();
  for (const size of shape) {
    const dimension = new MessageWriter();
    dimensions.message(1, size === undefined ? dimension.text(2, 'N') : dimension.integer(1, BigInt(size)));
  }
  const tensor = new MessageWriter().integer(1, ELEMENTS[element]).message(2, dimensions);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}

function small(value: bigint | undefined): number {
  withholdUnless(value !== undefined && value >= 0n && value <= 0xffffn, gateReasons.schema);
  return Number(value);
}
