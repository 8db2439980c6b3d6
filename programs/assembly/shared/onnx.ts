import { Message } from "./protobuf";

// Field numbers and values of onnx.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx-ml.proto3

const TENSOR_FLOAT: i64 = 1;
const TENSOR_STRING: i64 = 8;
const ATTRIBUTE_FLOAT: i64 = 1;
const ATTRIBUTE_INT: i64 = 2;
const ATTRIBUTE_STRING: i64 = 3;
const ATTRIBUTE_FLOATS: i64 = 6;
const ATTRIBUTE_INTS: i64 = 7;
const ATTRIBUTE_STRINGS: i64 = 8;
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;
const ML_OPSET: i64 = 3;
const ML_DOMAIN: string = "ai.onnx.ml";

/** One operator of a graph, written in one way whatever the order its attributes were added in. */
export class Node {
  private names: string[] = [];
  private attributes: Message[] = [];
  constructor(
    private operator: string,
    private isMachineLearning: bool,
    private inputs: string[],
    private outputs: string[],
  ) {}

  float(name: string, value: f32): Node {
    return this.add(name, ATTRIBUTE_FLOAT, this.begin(name).float(2, value));
  }
  integer(name: string, value: i64): Node {
    return this.add(name, ATTRIBUTE_INT, this.begin(name).integer(3, value));
  }
  text(name: string, value: string): Node {
    return this.add(name, ATTRIBUTE_STRING, this.begin(name).text(4, value));
  }
  floats(name: string, values: f32[]): Node {
    const list = this.begin(name);
    for (let i = 0; i < values.length; i++) list.float(7, values[i]);
    return this.add(name, ATTRIBUTE_FLOATS, list);
  }
  integers(name: string, values: i64[]): Node {
    const list = this.begin(name);
    for (let i = 0; i < values.length; i++) list.integer(8, values[i]);
    return this.add(name, ATTRIBUTE_INTS, list);
  }
  texts(name: string, values: string[]): Node {
    const list = this.begin(name);
    for (let i = 0; i < values.length; i++) list.text(9, values[i]);
    return this.add(name, ATTRIBUTE_STRINGS, list);
  }

  encode(): Message {
    const message = new Message();
    for (let i = 0; i < this.inputs.length; i++) message.text(1, this.inputs[i]);
    for (let i = 0; i < this.outputs.length; i++) message.text(2, this.outputs[i]);
    message.text(4, this.operator);
    const sorted = this.names.slice().sort();
    for (let i = 0; i < sorted.length; i++) message.message(5, this.attributes[this.names.indexOf(sorted[i])]);
    if (this.isMachineLearning) message.text(7, ML_DOMAIN);
    return message;
  }

  private begin(name: string): Message {
    return new Message().text(1, name);
  }
  private add(name: string, type: i64, attribute: Message): Node {
    this.names.push(name);
    this.attributes.push(attribute.integer(20, type));
    return this;
  }
}

/**
 * A graph whose inputs and outputs are tables of `N` rows, and the model file around it. In the file stand
 * nodes, name, inputs and outputs, so that is the order to call.
 */
export class Graph {
  private message: Message = new Message();

  add(node: Node): void {
    this.message.message(1, node.encode());
  }
  name(text: string): void {
    this.message.text(2, text);
  }
  /** An input [N, 1], float32 or string. */
  input(name: string, isNumber: bool): void {
    this.message.message(11, tensorInfo(name, isNumber ? TENSOR_FLOAT : TENSOR_STRING, 1));
  }
  /** An output [N, columns], or [N] for `columns` 0. */
  output(name: string, isNumber: bool, columns: i32): void {
    this.message.message(12, tensorInfo(name, isNumber ? TENSOR_FLOAT : TENSOR_STRING, columns));
  }

  /** The bytes of the ONNX file; `facts` is stored under `factsKey` of its metadata. */
  encode(producer: string, factsKey: string, facts: string): Message {
    return new Message()
      .integer(1, IR_VERSION)
      .text(2, producer)
      .message(7, this.message)
      .message(8, new Message().text(1, "").integer(2, OPSET))
      .message(8, new Message().text(1, ML_DOMAIN).integer(2, ML_OPSET))
      .message(14, new Message().text(1, factsKey).text(2, facts));
  }
}

function tensorInfo(name: string, elementType: i64, columns: i32): Message {
  const shape = new Message().message(1, new Message().text(2, "N"));
  if (columns > 0) shape.message(1, new Message().integer(1, columns));
  const tensor = new Message().integer(1, elementType).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
