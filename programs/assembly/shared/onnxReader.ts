import { BAD_INPUT, fail } from "./fail";
import { readFile } from "./files";
import { MessageReader } from "./protobufReader";

// Field numbers and values of onnx.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx-ml.proto3

const MAX_BYTES: i32 = 64 << 20;
const FLOAT: i64 = 1;
const STRING: i64 = 8;
export const ML_DOMAIN: string = "ai.onnx.ml";

/** An attribute: `type` says which list holds its value or values. */
class Attribute {
  name: string = "";
  type: i64 = 0;
  floats: f32[] = [];
  integers: i64[] = [];
  texts: string[] = [];
}

/** One operator, whose attributes are asked for by name and type; `finish` refuses those nobody asked for. */
export class ModelNode {
  operator: string = "";
  domain: string = "";
  inputs: string[] = [];
  outputs: string[] = [];
  attributes: Map<string, Attribute> = new Map<string, Attribute>();
  private asked: i32 = 0;
  constructor(private file: ModelFile) {}

  float(name: string): f32 {
    const attribute = this.take(name, 1);
    return attribute.floats.length == 1 ? attribute.floats[0] : 0;
  }
  integer(name: string, absent: i64): i64 {
    if (!this.attributes.has(name)) return absent;
    const attribute = this.take(name, 2);
    return attribute.integers.length == 1 ? attribute.integers[0] : 0;
  }
  text(name: string): string {
    const attribute = this.take(name, 3);
    return attribute.texts.length == 1 ? attribute.texts[0] : "";
  }
  /** Finite numbers. */
  floats(name: string): f32[] {
    const floats = this.take(name, 6).floats;
    for (let i = 0; i < floats.length; i++) {
      if (!isFinite(floats[i])) this.file.refuse(`"${name}" of ${this.operator} holds a number that is not finite`);
    }
    return floats;
  }
  integers(name: string): i64[] {
    return this.take(name, 7).integers;
  }
  texts(name: string): string[] {
    return this.take(name, 8).texts;
  }

  finish(): void {
    if (this.asked != this.attributes.size) this.file.refuse(`${this.operator} has an attribute that is not read here`);
  }

  private take(name: string, type: i64): Attribute {
    if (!this.attributes.has(name)) this.file.refuse(`${this.operator} lacks the attribute "${name}"`);
    const attribute = this.attributes.get(name);
    if (attribute.type != type) this.file.refuse(`"${name}" of ${this.operator} has the wrong type`);
    this.asked++;
    return attribute;
  }
}

/** A tensor the graph takes or gives. `columns` is its second dimension; 0 where there is none. */
export class Port {
  name: string = "";
  isNumber: bool = false;
  columns: i64 = 0;
}

/** What stands in an ONNX file, as written. Nothing is said yet about what it computes. */
export class ModelFile {
  nodes: ModelNode[] = [];
  inputs: Port[] = [];
  outputs: Port[] = [];
  metadata: Map<string, string> = new Map<string, string>();
  /** Version of each set of operators by its domain. */
  operatorSets: Map<string, i64> = new Map<string, i64>();
  irVersion: i64 = 0;
  constructor(public path: string) {}

  refuse(reason: string): void {
    fail(BAD_INPUT, `${this.path} is no model this program reads: ${reason}`);
  }
}

/** Reads an ONNX file of nodes, inputs, outputs and metadata. Initialisers, functions and subgraphs are refused. */
export function readOnnx(path: string): ModelFile {
  const bytes = readFile(path);
  const file = new ModelFile(path);
  if (bytes.length > MAX_BYTES) file.refuse(`it has ${bytes.length} bytes`);
  const model = new MessageReader(bytes, path);
  let graphs = 0;
  while (model.next()) {
    switch (model.field) {
      case 1: {
        file.irVersion = model.integer();
        break;
      }
      case 2: case 3: case 4: case 5: case 6: break;
      case 7: {
        if (++graphs > 1) file.refuse("it has two graphs");
        readGraph(file, model.message());
        break;
      }
      case 8: {
        readOperatorSet(file, model.message());
        break;
      }
      case 14: {
        readMetadata(file, model.message());
        break;
      }
      default: file.refuse(`it has the field ${model.field}`);
    }
  }
  if (graphs == 0) file.refuse("it has no graph");
  return file;
}

function readGraph(file: ModelFile, graph: MessageReader): void {
  while (graph.next()) {
    switch (graph.field) {
      case 1: {
        file.nodes.push(readNode(file, graph.message()));
        break;
      }
      case 2: case 10: case 13: break;
      case 11: {
        file.inputs.push(readPort(file, graph.message()));
        break;
      }
      case 12: {
        file.outputs.push(readPort(file, graph.message()));
        break;
      }
      default: file.refuse(graph.field == 5 ? "it has initialisers" : `its graph has the field ${graph.field}`);
    }
  }
}

function readNode(file: ModelFile, message: MessageReader): ModelNode {
  const node = new ModelNode(file);
  while (message.next()) {
    switch (message.field) {
      case 1: {
        node.inputs.push(message.text());
        break;
      }
      case 2: {
        node.outputs.push(message.text());
        break;
      }
      case 4: {
        node.operator = message.text();
        break;
      }
      case 5: {
        const attribute = readAttribute(file, message.message());
        if (node.attributes.has(attribute.name)) file.refuse(`the attribute "${attribute.name}" stands twice`);
        node.attributes.set(attribute.name, attribute);
        break;
      }
      case 7: {
        node.domain = message.text();
        break;
      }
      case 3: case 6: break;
      default: file.refuse(`an operator has the field ${message.field}`);
    }
  }
  return node;
}

/** Values stand in the one field that belongs to the type: 2 and 7 floats, 3 and 8 integers, 4 and 9 texts. */
function readAttribute(file: ModelFile, message: MessageReader): Attribute {
  const attribute = new Attribute();
  let valueField = 0;
  while (message.next()) {
    const field = message.field;
    switch (field) {
      case 1: {
        attribute.name = message.text();
        continue;
      }
      case 20: {
        attribute.type = message.integer();
        continue;
      }
      case 13: continue;
      case 2: case 7: {
        if (field == 7) message.appendFloats(attribute.floats);
        else attribute.floats.push(message.float());
        break;
      }
      case 3: case 8: {
        if (field == 8) message.appendIntegers(attribute.integers);
        else attribute.integers.push(message.integer());
        break;
      }
      case 4: case 9: {
        attribute.texts.push(message.text());
        break;
      }
      default: file.refuse(`an attribute has the field ${field}`);
    }
    if (valueField != 0 && (valueField != field || field < 7)) file.refuse(`"${attribute.name}" has two values`);
    valueField = field;
  }
  // Types 1 to 3 are single values in the fields 2 to 4, types 6 to 8 lists in the fields 7 to 9.
  if (valueField != 0 && attribute.type + 1 != valueField) file.refuse(`"${attribute.name}" is not of its type`);
  return attribute;
}

function readPort(file: ModelFile, message: MessageReader): Port {
  const port = new Port();
  let types = 0;
  while (message.next()) {
    if (message.field == 1) port.name = message.text();
    else if (message.field == 2) {
      types++;
      readType(file, port, message.message());
    }
  }
  if (types != 1) file.refuse(`"${port.name}" has no type`);
  return port;
}

/** A tensor of floats or strings with the free dimension of rows first, and one more or none. */
function readType(file: ModelFile, port: Port, type: MessageReader): void {
  let elementType: i64 = 0;
  const sizes: i64[] = [];
  while (type.next()) {
    if (type.field != 1) continue;
    const tensor = type.message();
    while (tensor.next()) {
      if (tensor.field == 1) elementType = tensor.integer();
      if (tensor.field != 2) continue;
      const shape = tensor.message();
      while (shape.next()) if (shape.field == 1) sizes.push(readSize(shape.message()));
    }
  }
  const isMatrix = sizes.length == 2 && sizes[1] > 0;
  if ((elementType != FLOAT && elementType != STRING) || sizes.length == 0 || sizes[0] != 0 || (sizes.length > 1 && !isMatrix)) {
    file.refuse(`"${port.name}" is not a tensor of numbers or words by row`);
  }
  port.isNumber = elementType == FLOAT;
  port.columns = isMatrix ? sizes[1] : 0;
}

/** The size of a dimension, 0 where it is free. */
function readSize(dimension: MessageReader): i64 {
  let size: i64 = 0;
  while (dimension.next()) if (dimension.field == 1) size = dimension.integer();
  return size;
}

function readOperatorSet(file: ModelFile, message: MessageReader): void {
  let domain = "";
  let version: i64 = 0;
  while (message.next()) {
    if (message.field == 1) domain = message.text();
    else if (message.field == 2) version = message.integer();
  }
  if (file.operatorSets.has(domain)) file.refuse(`it names the operators of "${domain}" twice`);
  file.operatorSets.set(domain, version);
}

function readMetadata(file: ModelFile, message: MessageReader): void {
  let key = "";
  let value = "";
  while (message.next()) {
    if (message.field == 1) key = message.text();
    else if (message.field == 2) value = message.text();
  }
  if (file.metadata.has(key)) file.refuse(`its metadata has "${key}" twice`);
  file.metadata.set(key, value);
}
