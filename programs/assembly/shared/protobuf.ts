/** A Protocol Buffers message being written. https://protobuf.dev/programming-guides/encoding */
export class Message {
  start: usize = heap.alloc(64);
  length: i32 = 0;
  private capacity: i32 = 64;

  /** A varint field: int32, int64, bool or enum. */
  integer(field: i32, value: i64): Message {
    this.varint(field << 3);
    this.varint(value);
    return this;
  }

  float(field: i32, value: f32): Message {
    this.varint((field << 3) | 5);
    this.reserve(4);
    store<f32>(this.start + this.length, value);
    this.length += 4;
    return this;
  }

  text(field: i32, value: string): Message {
    const bytes = String.UTF8.encode(value);
    return this.bytes(field, changetype<usize>(bytes), bytes.byteLength);
  }

  message(field: i32, value: Message): Message {
    return this.bytes(field, value.start, value.length);
  }

  private bytes(field: i32, from: usize, length: i32): Message {
    this.varint((field << 3) | 2);
    this.varint(length);
    this.reserve(length);
    memory.copy(this.start + this.length, from, length);
    this.length += length;
    return this;
  }

  private varint(value: i64): void {
    this.reserve(10);
    let rest = <u64>value;
    while (rest >= 0x80) {
      store<u8>(this.start + this.length++, <u8>(rest | 0x80));
      rest >>= 7;
    }
    store<u8>(this.start + this.length++, <u8>rest);
  }

  private reserve(more: i32): void {
    if (this.length + more <= this.capacity) return;
    this.capacity = max(this.capacity << 1, this.length + more);
    this.start = heap.realloc(this.start, this.capacity);
  }
}
