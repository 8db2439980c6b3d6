/** One field of a protobuf message: its number, and the payload where it is length-delimited. */
export interface Field {
  number: number;
  /** 0 varint, 1 fixed64, 2 bytes, 5 fixed32. */
  wire: 0 | 1 | 2 | 5;
  /** The payload of wire 2, else empty. */
  bytes: Uint8Array;
  /** The value of wire 0 modulo 2^32, else 0. */
  value: number;
}

/** Bytes that are no protobuf message. */
export class ProtobufError extends Error {}

const NOTHING = new Uint8Array(0);

/** The fields of one message in order, not descending into them. Throws `ProtobufError`; refuses groups. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError('a number is cut off');
      if (shift < 32) value = (value | ((byte & 0x7f) << shift)) >>> 0;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a number is too long');
  };
  while (at < message.length) {
    const tag = varint();
    const number = tag >>> 3;
    const wire = tag & 7;
    let bytes: Uint8Array = NOTHING;
    let value = 0;
    if (wire === 0) value = varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      bytes = message.subarray(at, at + length);
      at += length;
    } else throw new ProtobufError(`wire type ${wire} is not allowed`);
    if (number === 0 || at > message.length) throw new ProtobufError('a field is cut off');
    yield { number, wire, bytes, value };
  }
}
