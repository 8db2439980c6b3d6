// ONNX files for the tests, written field by field with the numbers of onnx-ml.proto3.

/** A list of bytes; nested lists stand side by side. */
export type Bytes = readonly (number | Bytes)[];

export type AttributeValue =
  | { float: number }
  | { int: number }
  | { text: string }
  | { floats: readonly number[]; packed?: boolean }
  | { ints: readonly number[]; packed?: boolean }
  | { texts: readonly string[] };

export interface TestNode {
  operator: string;
  domain?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface TestPort {
  name: string;
  type: 'number' | 'category';
  /** The second dimension, where there is one. */
  columns?: number;
}

export interface TestModel {
  nodes: readonly TestNode[];
  inputs: readonly TestPort[];
  outputs: readonly TestPort[];
  /** What stands under "koinon.model". */
  facts: unknown;
  irVersion?: number;
  opsets?: Readonly<Record<string, number>>;
  /** More fields of the graph and of the model. */
  inGraph?: Bytes;
  inModel?: Bytes;
}

export function onnxBytes(model: TestModel): Uint8Array {
  const { nodes, inputs, outputs, facts, irVersion = 8, inGraph = [], inModel = [] } = model;
  const graph = [
    nodes.map(node => field(1, nodeBytes(node))),
    field(2, 'model'),
    inputs.map(port => field(11, portBytes(port))),
    outputs.map(port => field(12, portBytes(port))),
    inGraph,
  ];
  const opsets = Object.entries(model.opsets ?? { '': 17, 'ai.onnx.ml': 3 });
  return Uint8Array.from(
    flat([
      integer(1, irVersion),
      field(7, graph),
      opsets.map(([domain, version]) => field(8, [field(1, domain), integer(2, version)])),
      field(14, [field(1, 'koinon.model'), field(2, JSON.stringify(facts))]),
      inModel,
    ]),
  );
}

/** A field with a length. */
export function field(number: number, content: Bytes | string): Bytes {
  const bytes = typeof content === 'string' ? [...new TextEncoder().encode(content)] : flat(content);
  return [varint(number * 8 + 2), varint(bytes.length), bytes];
}

export function integer(number: number, value: number): Bytes {
  return [varint(number * 8), varint(value)];
}

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function nodeBytes({ operator, domain = 'ai.onnx.ml', inputs, outputs, attributes = {} }: TestNode): Bytes {
  return [
    inputs.map(name => field(1, name)),
    outputs.map(name => field(2, name)),
    field(4, operator),
    Object.entries(attributes).map(([name, value]) => field(5, [field(1, name), valueBytes(value)])),
    domain === '' ? [] : field(7, domain),
  ];
}

function valueBytes(value: AttributeValue): Bytes {
  if ('float' in value) return [single(2, value.float), integer(20, 1)];
  if ('int' in value) return [integer(3, value.int), integer(20, 2)];
  if ('text' in value) return [field(4, value.text), integer(20, 3)];
  if ('floats' in value) {
    const { floats, packed } = value;
    return [packed ? field(7, floats.map(floatBytes)) : floats.map(each => single(7, each)), integer(20, 6)];
  }
  if ('ints' in value) {
    const { ints, packed } = value;
    return [packed ? field(8, ints.map(varint)) : ints.map(each => integer(8, each)), integer(20, 7)];
  }
  return [value.texts.map(text => field(9, text)), integer(20, 8)];
}

function portBytes({ name, type, columns }: TestPort): Bytes {
  const shape = [field(1, field(2, 'N')), columns === undefined ? [] : field(1, integer(1, columns))];
  const tensor = [integer(1, type === 'number' ? 1 : 8), field(2, shape)];
  return [field(1, name), field(2, field(1, tensor))];
}

function single(number: number, value: number): Bytes {
  return [varint(number * 8 + 5), floatBytes(value)];
}

function floatBytes(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

export function flat(bytes: Bytes): number[] {
  return bytes.flatMap(part => (typeof part === 'number' ? part : flat(part)));
}
