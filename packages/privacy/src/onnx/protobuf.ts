import { utf8 } from '@koinon/protocol';
import { gateReasons, Withheld, withholdUnless } from '../gate/reasons.ts';

/** One field of a message as it stands: the wire types that ONNX files of our kind use (protobuf.dev, Encoding). */
export type Field =
  | { number: number; wire: 'varint'; value: bigint }
  | { number: number; wire: 'bytes'; value: Uint8Array }
  | { number: number; wire: 'fixed32'; value: Uint8Array };

/** Most fields of one message: the coefficients of the widest model of the gate's budget fit. */
const MAX_FIELDS = 1 << 20;

/** All fields of a message in their order, to the last byte. */
export function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      withholdUnless(byte !== undefined, gateReasons.schema);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Withheld(gateReasons.schema);
  };
  const take = (length: bigint): Uint8Array => {
    withholdUnless(length <= BigInt(bytes.length - at), gateReasons.schema);
    const taken = bytes.subarray(at, at + Number(length));
    at += taken.length;
    return taken;
  };
  while (at < bytes.length) {
    withholdUnless(fields.length < MAX_FIELDS, gateReasons.tooManyValues);
    const tag = varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (wire === 0) fields.push({ number, wire: 'varint', value: varint() });
    else if (wire === 2) fields.push({ number, wire: 'bytes', value: take(varint()) });
    else if (wire === 5) fields.push({ number, wire: 'fixed32', value: take(4n) });
    else throw new Withheld(gateReasons.fieldNotAllowed);
  }
  return fields;
}

/** Reads a message by the fields it may have; any other is refused, and a field not marked `many` may stand once. */
export class MessageReader {
  readonly #fields: Map<number, Field[]>;

  constructor(bytes: Uint8Array, allowed: readonly number[], many: readonly number[] = []) {
    this.#fields = new Map();
    for (const field of readFields(bytes)) {
      withholdUnless(allowed.includes(field.number), gateReasons.fieldNotAllowed);
      const before = this.#fields.get(field.number);
      withholdUnless(before === undefined || many.includes(field.number), gateReasons.schema);
      if (before === undefined) this.#fields.set(field.number, [field]);
      else before.push(field);
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  messages(number: number): Uint8Array[] {
    return this.#all(number).map(field => {
      withholdUnless(field.wire === 'bytes', gateReasons.schema);
      return field.value;
    });
  }

  message(number: number): Uint8Array {
    const [found] = this.messages(number);
    withholdUnless(found !== undefined, gateReasons.schema);
    return found;
  }

  texts(number: number): string[] {
    return this.messages(number).map(decodeText);
  }

  text(number: number): string {
    return this.texts(number)[0] ?? '';
  }

  /** int64 fields, written one by one or packed. */
  integers(number: number): bigint[] {
    return this.#all(number).flatMap(field => {
      if (field.wire === 'varint') return [BigInt.asIntN(64, field.value)];
      withholdUnless(field.wire === 'bytes', gateReasons.schema);
      return unpackIntegers(field.value);
    });
  }

  integer(number: number): bigint | undefined {
    const found = this.integers(number);
    withholdUnless(found.length <= 1, gateReasons.schema);
    return found[0];
  }

  /** float fields, written one by one or packed. */
  floats(number: number): number[] {
    return this.#all(number).flatMap(field => {
      withholdUnless(field.wire !== 'varint' && field.value.length % 4 === 0, gateReasons.schema);
      const view = new DataView(field.value.buffer, field.value.byteOffset, field.value.length);
      return Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
    });
  }

  #all(number: number): Field[] {
    return this.#fields.get(number) ?? [];
  }
}

function unpackIntegers(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    withholdUnless(shift < 70n, gateReasons.schema);
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(BigInt.asIntN(64, value));
    value = 0n;
    shift = 0n;
  }
  withholdUnless(shift === 0n, gateReasons.schema);
  return values;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Withheld(gateReasons.schema);
  }
}

/** Writes a message field by field, every value in its shortest form. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  integer(number: number, value: bigint): this {
    this.#parts.push(varint(BigInt(number << 3)), varint(BigInt.asUintN(64, value)));
    return this;
  }

  float(number: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(varint(BigInt((number << 3) | 5)), bytes);
    return this;
  }

  text(number: number, value: string): this {
    return this.message(number, utf8.encode(value));
  }

  message(number: number, value: Uint8Array | MessageWriter): this {
    const bytes = value instanceof MessageWriter ? value.finish() : value;
    this.#parts.push(varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
