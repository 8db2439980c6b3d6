import { BAD_INPUT, fail } from "./fail";
import { Bytes, readFile } from "./files";
import { Json, JsonKind, parseJson } from "./json";

const MAX_HEADER_BYTES: u64 = 8 << 20;

/** One tensor: element type as written ("F32", "I32", …), dimensions, and where its first byte lies. */
export class Tensor {
  constructor(
    public name: string,
    public type: string,
    public shape: i32[],
    public start: usize,
    public byteLength: i32,
  ) {}

  is(type: string, first: i32, second: i32 = -1): bool {
    if (this.type != type || this.shape[0] != first) return false;
    return second < 0 ? this.shape.length == 1 : this.shape.length == 2 && this.shape[1] == second;
  }
}

/** A safetensors file in memory. https://github.com/huggingface/safetensors#format */
export class Safetensors {
  tensors: Map<string, Tensor> = new Map<string, Tensor>();
  metadata: Map<string, string> = new Map<string, string>();
  constructor(public path: string) {}

  /** The JSON under `key` of the metadata. */
  metadataJson(key: string): Json {
    if (!this.metadata.has(key)) fail(BAD_INPUT, `${this.path} has no "${key}" in its metadata`);
    const text = String.UTF8.encode(this.metadata.get(key));
    const json = parseJson(
      new Bytes(changetype<usize>(text), text.byteLength),
      `"${key}" in ${this.path}`,
      BAD_INPUT,
    );
    if (json.kind != JsonKind.Object) fail(BAD_INPUT, `"${key}" in ${this.path} is not an object`);
    return json;
  }
}

/** Reads and checks `path`: tensors lie inside the file, side by side, without gaps, each of its shape's size. */
export function readSafetensors(path: string): Safetensors {
  const bytes = readFile(path);
  if (bytes.length < 8) fail(BAD_INPUT, `${path} is not a safetensors file: it has ${bytes.length} bytes`);
  const headerLength = load<u64>(bytes.start);
  if (headerLength > MAX_HEADER_BYTES || headerLength > <u64>(bytes.length - 8)) {
    fail(BAD_INPUT, `${path} is not a safetensors file: its header claims ${headerLength} bytes`);
  }
  const header = parseJson(new Bytes(bytes.start + 8, <i32>headerLength), `the header of ${path}`, BAD_INPUT);
  if (header.kind != JsonKind.Object) fail(BAD_INPUT, `the header of ${path} is not an object`);
  const dataStart = bytes.start + 8 + <usize>headerLength;
  const dataLength = bytes.length - 8 - <i32>headerLength;

  const file = new Safetensors(path);
  const ordered: Tensor[] = [];
  for (let i = 0; i < header.keys.length; i++) {
    const name = header.keys[i];
    const value = header.members.get(name);
    if (name == "__metadata__") readMetadata(file, value);
    else {
      const tensor = readTensor(path, name, value, dataStart, dataLength);
      file.tensors.set(name, tensor);
      ordered.push(tensor);
    }
  }
  ordered.sort((a, b) => (a.start == b.start ? a.byteLength - b.byteLength : a.start < b.start ? -1 : 1));
  let next = dataStart;
  for (let i = 0; i < ordered.length; i++) {
    if (ordered[i].start != next) fail(BAD_INPUT, `tensor "${ordered[i].name}" of ${path} overlaps another or leaves a gap`);
    next += ordered[i].byteLength;
  }
  if (next != dataStart + dataLength) fail(BAD_INPUT, `${path} has bytes after its last tensor`);
  return file;
}

function readMetadata(file: Safetensors, value: Json): void {
  if (value.kind != JsonKind.Object) fail(BAD_INPUT, `__metadata__ of ${file.path} is not an object`);
  for (let i = 0; i < value.keys.length; i++) {
    const entry = value.members.get(value.keys[i]);
    if (entry.kind != JsonKind.String) fail(BAD_INPUT, `__metadata__ of ${file.path} holds something else than strings`);
    file.metadata.set(value.keys[i], entry.text);
  }
}

function readTensor(path: string, name: string, value: Json, dataStart: usize, dataLength: i32): Tensor {
  const type = value.get("dtype");
  const shape = value.get("shape");
  const offsets = value.get("data_offsets");
  if (
    type === null || type.kind != JsonKind.String || shape === null || shape.kind != JsonKind.Array ||
    shape.items.length == 0 || offsets === null || offsets.kind != JsonKind.Array || offsets.items.length != 2
  ) {
    fail(BAD_INPUT, `tensor "${name}" of ${path} lacks dtype, shape or data_offsets`);
    return unreachable();
  }
  const elementBytes = type.text == "F32" || type.text == "I32" ? 4 : 0;
  if (elementBytes == 0) fail(BAD_INPUT, `tensor "${name}" of ${path} has type ${type.text}; F32 and I32 are read`);
  const begin = wholeNumber(offsets.items[0], dataLength);
  const end = wholeNumber(offsets.items[1], dataLength);
  const dimensions: i32[] = [];
  let length: i64 = elementBytes;
  for (let i = 0; i < shape.items.length; i++) {
    const dimension = wholeNumber(shape.items[i], i32.MAX_VALUE);
    if (dimension < 0) fail(BAD_INPUT, `tensor "${name}" of ${path} has a dimension that is not a whole number`);
    dimensions.push(dimension);
    length *= dimension;
    if (length > dataLength) break;
  }
  if (begin < 0 || end < begin || length != end - begin) {
    fail(BAD_INPUT, `tensor "${name}" of ${path} does not fit its shape or the file`);
  }
  return new Tensor(name, type.text, dimensions, dataStart + begin, end - begin);
}

/** The number as an i32 from 0 to `most`, or -1. */
export function wholeNumber(value: Json, most: i32): i32 {
  if (value.kind != JsonKind.Number || value.number < 0 || value.number > <f64>most) return -1;
  return Math.floor(value.number) == value.number ? <i32>value.number : -1;
}
