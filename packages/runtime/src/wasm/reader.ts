import { Refusal } from '../refuse.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads WebAssembly's binary format strictly: every bound checked, no LEB longer or wider than its type. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  pos: number;
  functionIndex: number | undefined;

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  refuse(reason: string, offset = this.pos): never {
    throw new Refusal(reason, offset, this.functionIndex);
  }

  u8(): number {
    if (this.pos >= this.end) this.refuse('the bytes end too early');
    return this.bytes[this.pos++]!;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    const at = this.pos;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      if (shift === 28 && byte > 0x0f) this.refuse('a number is wider than 32 bits', at);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.refuse('a number is longer than five bytes', at);
  }

  /** Signed LEB128 of at most 32 bits. */
  s32(): number {
    return Number(this.signed(32));
  }

  /** Signed LEB128 of at most 33 bits (a block type). */
  s33(): number {
    return Number(this.signed(33));
  }

  /** Signed LEB128 of at most 64 bits. */
  s64(): bigint {
    return this.signed(64);
  }

  private signed(bits: number): bigint {
    const at = this.pos;
    const first = this.u8();
    if (first < 0x80) return BigInt(first < 0x40 ? first : first - 0x80);
    let value = BigInt(first & 0x7f);
    for (let shift = 7; shift < bits; shift += 7) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte >= 0x80) continue;
      const used = bits - shift;
      if (used < 7) {
        // The bits beyond the type repeat its sign.
        const rest = (byte & 0x7f) >> (used - 1);
        if (rest !== 0 && rest !== 0x7f >> (used - 1)) this.refuse(`a number is wider than ${bits} bits`, at);
      }
      return BigInt.asIntN(Math.min(bits, shift + 7), value);
    }
    return this.refuse(`a number is longer than ${bits} bits need`, at);
  }

  skip(length: number): number {
    const at = this.pos;
    if (length > this.end - at) this.refuse('a length reaches past its section');
    this.pos = at + length;
    return at;
  }

  /** A count of entries, each at least one byte long, of at most `max`. */
  count(max: number, what: string): number {
    const at = this.pos;
    const n = this.u32();
    if (n > max) this.refuse(`${n} ${what}, more than ${max}`, at);
    if (n > this.end - this.pos) this.refuse(`${n} ${what} do not fit in their section`, at);
    return n;
  }

  name(): string {
    const length = this.u32();
    const at = this.skip(length);
    try {
      return utf8.decode(this.bytes.subarray(at, at + length));
    } catch {
      return this.refuse('a name is not UTF-8', at);
    }
  }
}
