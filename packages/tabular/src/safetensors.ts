import { canonicalJson, concatBytes, KoinonError, utf8 } from '@koinon/protocol';
import { tooLarge } from './limits.ts';

/** One tensor of a safetensors file: the two element types that tables use. */
export type Tensor =
  | { dtype: 'F32'; shape: number[]; values: Float32Array }
  | { dtype: 'I32'; shape: number[]; values: Int32Array };

export interface Safetensors {
  tensors: Map<string, Tensor>;
  metadata: Map<string, string>;
}

/** Bytes of a header that are read at all: what the programs read too. */
const HEADER_MAX_BYTES = 8 * 2 ** 20;
const METADATA = '__metadata__';

/**
 * The file's bytes (https://github.com/huggingface/safetensors#format): one value has one encoding. The header is
 * canonical JSON filled with spaces to a multiple of 8 bytes, tensors stand in the order of their sorted names.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const names = [...tensors.keys()].sort();
  const entries: [string, unknown][] = [[METADATA, Object.fromEntries(metadata)]];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, values } = tensors.get(name)!;
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + values.byteLength] }]);
    parts.push(littleEndian(values));
    offset += values.byteLength;
  }
  const json = utf8.encode(canonicalJson(Object.fromEntries(entries)));
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  if (header.length > HEADER_MAX_BYTES) {
    throw tooLarge(
      'All dictionaries of the table together are too long',
      `${HEADER_MAX_BYTES} bytes of names and words`,
    );
  }
  header.set(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return concatBytes(length, header, ...parts);
}

/** Reads a file strictly: tensors side by side without gap or overlap up to the last byte. Throws `K_BAD_TENSORS`. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw bad('it has fewer than 8 bytes');
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(HEADER_MAX_BYTES) || headerLength > BigInt(bytes.length - 8)) {
    throw bad(`its header claims ${headerLength} bytes`);
  }
  const start = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, start));
  const metadata = readMetadata(header[METADATA]);
  const found = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => ({ name, ...readEntry(name, value) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, Tensor>();
  let next = 0;
  for (const { name, dtype, shape, begin, end } of found) {
    if (begin !== next) throw bad(`tensor "${name}" overlaps another or leaves a gap`);
    if (end > bytes.length - start) throw bad(`tensor "${name}" reaches past the end`);
    next = end;
    // Copied, so that the values are aligned whatever the header's length.
    const buffer = bytes.slice(start + begin, start + end).buffer;
    if (dtype === 'F32') tensors.set(name, { dtype, shape, values: new Float32Array(buffer) });
    else tensors.set(name, { dtype, shape, values: new Int32Array(buffer) });
  }
  if (next !== bytes.length - start) throw bad('it has bytes after its last tensor');
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw bad('its header is not JSON', cause);
  }
  if (!isObject(header)) throw bad('its header is not an object');
  return header;
}

function readMetadata(value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isObject(value)) throw bad('its metadata is not an object');
  for (const text of Object.values(value))
    if (typeof text !== 'string') throw bad('its metadata holds no strings');
  return new Map(Object.entries(value as Record<string, string>));
}

function readEntry(name: string, value: unknown) {
  if (!isObject(value) || Object.keys(value).length !== 3) throw bad(`tensor "${name}" is not described`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'I32') throw bad(`tensor "${name}" is neither F32 nor I32`);
  if (!isCounts(shape) || shape.length > 2 || !isCounts(offsets) || offsets.length !== 2) {
    throw bad(`tensor "${name}" has no plain shape and offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, dimension) => product * dimension, 4);
  if (end - begin !== size) throw bad(`tensor "${name}" does not fit its shape`);
  return { dtype, shape, begin, end } as const;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(item => Number.isSafeInteger(item) && item >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function littleEndian(values: Float32Array | Int32Array): Uint8Array {
  if (IS_LITTLE_ENDIAN) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    if (values instanceof Float32Array) view.setFloat32(4 * i, value, true);
    else view.setInt32(4 * i, value, true);
  }
  return bytes;
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export function bad(reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_BAD_TENSORS',
    message: `The file is not a safetensors file of this kind: ${reason}.`,
    fault: 'peer',
    cause,
  });
}
