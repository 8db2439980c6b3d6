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

/** One operator of a graph. Inputs and attributes are added in any order; one output. */
export class Node {
  private message: Message = new Message();
  constructor(operator: string, isMachineLearning: bool, inputs: string[], outputs: string[]) {
    for (let i = 0; i < inputs.length; i++) this.message.text(1, inputs[i]);
    for (let i = 0; i < outputs.length; i++) this.message.text(2, outputs[i]);
    this.message.text(3, outputs[0]).text(4, operator);
    if (isMachineLearning) this.message.text(7, ML_DOMAIN);
  }

  float(name: string, value: f32): Node {
    return this.add(name, ATTRIBUTE_FLOAT, new Message().float(2, value));
  }
  integer(name: string, value: i64): Node {
    return this.add(name, ATTRIBUTE_INT, new Message().integer(3, value));
  }
  text(name: string, value: string): Node {
    return this.add(name, ATTRIBUTE_STRING, new Message().text(4, value));
  }
  floats(name: string, values: f32[]): Node {
    const list = new Message();
    for (let i = 0; i < values.length; i++) list.float(7, values[i]);
    return this.add(name, ATTRIBUTE_FLOATS, list);
  }
  integers(name: string, values: i64[]): Node {
    const list = new Message();
    for (let i = 0; i < values.length; i++) list.integer(8, values[i]);
    return this.add(name, ATTRIBUTE_INTS, list);
  }
  texts(name: string, values: string[]): Node {
    const list = new Message();
    for (let i = 0; i < values.length; i++) list.text(9, values[i]);
    return this.add(name, ATTRIBUTE_STRINGS, list);
  }

  encode(): Message {
    return this.message;
  }

  /** An attribute is its value's field, then name and type: the order of fields in a message is free. */
  private add(name: string, type: i64, value: Message): Node {
    this.message.message(5, value.text(1, name).integer(20, type));
    return this;
  }
}

/** A graph whose inputs and outputs are tables of `N` rows, and the model file around it. */
export class Graph {
  private message: Message = new Message();

  add(node: Node): void {
    this.message.message(1, node.encode());
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
  encode(name: string, producer: string, factsKey: string, facts: string): Message {
    this.message.text(2, name);
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
