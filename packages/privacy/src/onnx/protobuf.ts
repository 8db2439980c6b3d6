import { utf8 } from '@koinon/protocol';
import { gateReasons, Withheld, withholdUnless } from '../gate/reasons.ts';

/** Most fields of a whole file, packed values counted one by one: the coefficients of the widest model fit. */
export const FIELDS_MAX = 2 ** 20;
/** Most names and words of a whole file: a word of a model costs some 30 bytes with its code and its coefficients. */
export const TEXTS_MAX = 2 ** 18;
/** Most messages of a whole file: 4,096 columns with all nodes, attributes and shapes they need make some 80,000. */
export const MESSAGES_MAX = 2 ** 17;

/** What one file may still cost. Handed to every reader of its messages. */
export class ReadBudget {
  #fields = FIELDS_MAX;
  #texts = TEXTS_MAX;
  #messages = MESSAGES_MAX;

  takeFields(count: number): void {
    this.#fields -= count;
    withholdUnless(this.#fields >= 0, gateReasons.tooManyValues);
  }

  takeTexts(count: number): void {
    this.#texts -= count;
    withholdUnless(this.#texts >= 0, gateReasons.tooManyValues);
  }

  takeMessage(): void {
    withholdUnless(this.#messages-- > 0, gateReasons.tooManyValues);
  }
}

/** The wire types that ONNX files of our kind use (protobuf.dev, Encoding). */
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** All fields of one number, as places in the message: what they hold is decoded when it is asked for. */
interface Occurrences {
  wires: number[];
  starts: number[];
  ends: number[];
}

/** Reads a message by the fields it may have; any other is refused, and a field not marked `many` may stand once. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #budget: ReadBudget;
  readonly #fields = new Map<number, Occurrences>();

  constructor(
    bytes: Uint8Array,
    allowed: readonly number[],
    many: readonly number[] = [],
    budget: ReadBudget = new ReadBudget(),
  ) {
    this.#bytes = bytes;
    this.#budget = budget;
    budget.takeMessage();
    for (let at = 0; at < bytes.length; ) {
      budget.takeFields(1);
      const tag = readSmall(bytes, at);
      const number = Math.floor(tag.value / 8);
      const wire = tag.value % 8;
      let start = tag.end;
      if (wire === VARINT) at = endOfVarint(bytes, start);
      else if (wire === FIXED32) at = start + 4;
      else if (wire === BYTES) {
        const length = readSmall(bytes, start);
        start = length.end;
        at = start + length.value;
      } else throw new Withheld(gateReasons.unknownClass);
      withholdUnless(at <= bytes.length, gateReasons.schema);
      withholdUnless(allowed.includes(number), gateReasons.unknownClass);
      let before = this.#fields.get(number);
      withholdUnless(before === undefined || many.includes(number), gateReasons.schema);
      if (before === undefined) {
        before = { wires: [], starts: [], ends: [] };
        this.#fields.set(number, before);
      }
      before.wires.push(wire);
      before.starts.push(start);
      before.ends.push(at);
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  messages(number: number): Uint8Array[] {
    return this.#map(number, (wire, start, end) => {
      withholdUnless(wire === BYTES, gateReasons.schema);
      return this.#bytes.subarray(start, end);
    });
  }

  message(number: number): Uint8Array {
    const [found] = this.messages(number);
    withholdUnless(found !== undefined, gateReasons.schema);
    return found;
  }

  texts(number: number): string[] {
    this.#budget.takeTexts(this.#fields.get(number)?.wires.length ?? 0);
    return this.messages(number).map(decodeText);
  }

  text(number: number): string {
    return this.texts(number)[0] ?? '';
  }

  /** int64 fields, written one by one or packed. */
  integers(number: number): bigint[] {
    const values: bigint[] = [];
    this.#map(number, (wire, start, end) => {
      withholdUnless(wire !== FIXED32, gateReasons.schema);
      for (let at = start; at < end; ) {
        const next = endOfVarint(this.#bytes, at);
        withholdUnless(next <= end, gateReasons.schema);
        if (wire === BYTES) this.#budget.takeFields(1);
        values.push(readInteger(this.#bytes, at, next));
        at = next;
      }
    });
    return values;
  }

  integer(number: number): bigint | undefined {
    const found = this.integers(number);
    withholdUnless(found.length <= 1, gateReasons.schema);
    return found[0];
  }

  /** float fields, written one by one or packed. */
  floats(number: number): number[] {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const values: number[] = [];
    this.#map(number, (wire, start, end) => {
      withholdUnless(wire !== VARINT && (end - start) % 4 === 0, gateReasons.schema);
      if (wire === BYTES) this.#budget.takeFields((end - start) / 4);
      for (let at = start; at < end; at += 4) values.push(view.getFloat32(at, true));
    });
    return values;
  }

  #map<T>(number: number, of: (wire: number, start: number, end: number) => T): T[] {
    const found = this.#fields.get(number);
    return found === undefined
      ? []
      : found.wires.map((wire, i) => of(wire, found.starts[i]!, found.ends[i]!));
  }
}

/** A tag or a length, in whatever number of bytes; none is 2^32 or more. */
function readSmall(bytes: Uint8Array, start: number): { value: number; end: number } {
  const end = endOfVarint(bytes, start);
  let value = 0;
  for (let at = end - 1; at >= start; at--) value = value * 128 + (bytes[at]! & 0x7f);
  withholdUnless(value < 2 ** 32, gateReasons.schema);
  return { value, end };
}

/** The place after a varint, which has ten bytes at most. */
function endOfVarint(bytes: Uint8Array, start: number): number {
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    withholdUnless(byte !== undefined, gateReasons.schema);
    if (byte < 0x80) return at + 1;
  }
  throw new Withheld(gateReasons.schema);
}

function readInteger(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt(bytes[at]! & 0x7f);
  return BigInt.asIntN(64, value);
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
