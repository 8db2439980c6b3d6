import { BAD_INPUT, fail } from "./fail";
import { Bytes } from "./files";
import { isUtf8 } from "./utf8";

const VARINT: i32 = 0;
const LENGTH: i32 = 2;
const FIXED_32: i32 = 5;

/**
 * A Protocol Buffers message read field by field, in the order written. Every length is held against what is left,
 * and a field of another wire type than asked for ends the program with BAD_INPUT, as do groups and fixed64.
 * https://protobuf.dev/programming-guides/encoding
 */
export class MessageReader {
  /** Number of the field `next` came to. */
  field: i32 = 0;
  private wire: i32 = 0;
  private value: u64 = 0;
  private content: Bytes = new Bytes(0, 0);
  private position: usize;
  private stop: usize;

  /** `what` names the file, for messages. */
  constructor(
    bytes: Bytes,
    private what: string,
  ) {
    this.position = bytes.start;
    this.stop = bytes.start + bytes.length;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): bool {
    if (this.position == this.stop) return false;
    const key = this.varint();
    this.wire = <i32>(key & 7);
    if (key >> 3 == 0 || key > <u64>u32.MAX_VALUE) this.refuse("a field has no number");
    this.field = <i32>(key >> 3);
    switch (this.wire) {
      case VARINT: {
        this.value = this.varint();
        break;
      }
      case LENGTH: {
        const length = this.varint();
        if (length > <u64>(this.stop - this.position)) this.refuse("a field is longer than what it stands in");
        this.content = new Bytes(this.position, <i32>length);
        this.position += <usize>length;
        break;
      }
      case FIXED_32: {
        if (this.stop - this.position < 4) this.refuse("it ends within a number");
        this.value = load<u32>(this.position);
        this.position += 4;
        break;
      }
      default: this.refuse(`a field has the wire type ${this.wire}`);
    }
    return true;
  }

  integer(): i64 {
    this.expect(VARINT);
    return <i64>this.value;
  }

  float(): f32 {
    this.expect(FIXED_32);
    return reinterpret<f32>(<u32>this.value);
  }

  text(): string {
    this.expect(LENGTH);
    if (!isUtf8(this.content)) this.refuse("a text is not UTF-8");
    return String.UTF8.decodeUnsafe(this.content.start, this.content.length);
  }

  message(): MessageReader {
    this.expect(LENGTH);
    return new MessageReader(this.content, this.what);
  }

  /** Appends one number, or a packed run of them. */
  appendFloats(list: f32[]): void {
    if (this.wire == FIXED_32) {
      list.push(this.float());
      return;
    }
    this.expect(LENGTH);
    if (this.content.length & 3) this.refuse("a run of numbers ends within one");
    for (let i = 0; i < this.content.length; i += 4) list.push(load<f32>(this.content.start + i));
  }

  /** Appends one whole number, or a packed run of them. */
  appendIntegers(list: i64[]): void {
    if (this.wire == VARINT) {
      list.push(this.integer());
      return;
    }
    const run = this.message();
    while (run.position < run.stop) list.push(<i64>run.varint());
  }

  refuse(reason: string): void {
    fail(BAD_INPUT, `${this.what} cannot be read: ${reason}`);
  }

  private expect(wire: i32): void {
    if (this.wire != wire) this.refuse(`field ${this.field} has the wire type ${this.wire}`);
  }

  private varint(): u64 {
    let value: u64 = 0;
    for (let shift: u64 = 0; shift < 64; shift += 7) {
      if (this.position == this.stop) this.refuse("it ends within a number");
      const byte = <u64>load<u8>(this.position++);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.refuse("a number has more than 64 bits");
    return 0;
  }
}
