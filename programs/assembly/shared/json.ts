import { fail } from "./fail";
import { Bytes } from "./files";
import { allocate } from "./memory";
import { isUtf8, writeUtf8 } from "./utf8";

export const enum JsonKind {
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

const MAX_DEPTH: i32 = 32;
const MAX_VALUES: i32 = 1 << 20;

/** One JSON value (RFC 8259). Which field holds it depends on `kind`. */
export class Json {
  boolean: bool = false;
  number: f64 = 0;
  text: string = "";
  items: Json[] = none;
  /** Member names of an object in the order written; `members` has the values. */
  keys: string[] = noKeys;
  members: Map<string, Json> = noMembers;
  constructor(public kind: JsonKind) {}

  get(key: string): Json | null {
    return this.members.has(key) ? this.members.get(key) : null;
  }
}

const none: Json[] = [];
const noKeys: string[] = [];
const noMembers = new Map<string, Json>();

/**
 * The value written in `bytes`. Strict: UTF-8, nothing after the value, no duplicate names, no lone surrogates,
 * at most 32 levels and 1,048,576 values. Ends the program with `failureCode`, naming `what` and the byte, otherwise.
 */
export function parseJson(bytes: Bytes, what: string, failureCode: u32): Json {
  if (!isUtf8(bytes)) fail(failureCode, `${what} is not UTF-8 text`);
  const parser = new JsonParser(bytes, what, failureCode);
  const value = parser.value(0);
  parser.end();
  return value;
}

class JsonParser {
  position: usize;
  stop: usize;
  values: i32 = 0;

  constructor(
    private bytes: Bytes,
    private what: string,
    private failureCode: u32,
  ) {
    this.position = bytes.start;
    this.stop = bytes.start + bytes.length;
  }

  end(): void {
    this.skipSpace();
    if (this.position < this.stop) this.refuse("something follows the value");
  }

  value(depth: i32): Json {
    if (depth > MAX_DEPTH) this.refuse("nested too deeply");
    if (++this.values > MAX_VALUES) this.refuse("too many values");
    this.skipSpace();
    const c = this.peek();
    if (c == 0x7b) return this.object(depth);
    if (c == 0x5b) return this.array(depth);
    if (c == 0x22) {
      const json = new Json(JsonKind.String);
      json.text = this.string();
      return json;
    }
    if (c == 0x74 || c == 0x66) {
      const json = new Json(JsonKind.Boolean);
      json.boolean = c == 0x74;
      this.word(c == 0x74 ? "true" : "false");
      return json;
    }
    if (c == 0x6e) {
      this.word("null");
      return new Json(JsonKind.Null);
    }
    const json = new Json(JsonKind.Number);
    json.number = this.number();
    return json;
  }

  private object(depth: i32): Json {
    const json = new Json(JsonKind.Object);
    json.keys = [];
    json.members = new Map<string, Json>();
    this.position++;
    this.skipSpace();
    if (this.accept(0x7d)) return json;
    do {
      this.skipSpace();
      if (this.peek() != 0x22) this.refuse("a member name is expected");
      const key = this.string();
      if (json.members.has(key)) this.refuse(`the name "${key}" stands twice`);
      this.skipSpace();
      if (!this.accept(0x3a)) this.refuse("a colon is expected");
      json.keys.push(key);
      json.members.set(key, this.value(depth + 1));
      this.skipSpace();
    } while (this.accept(0x2c));
    if (!this.accept(0x7d)) this.refuse("a comma or } is expected");
    return json;
  }

  private array(depth: i32): Json {
    const json = new Json(JsonKind.Array);
    json.items = [];
    this.position++;
    this.skipSpace();
    if (this.accept(0x5d)) return json;
    do {
      json.items.push(this.value(depth + 1));
      this.skipSpace();
    } while (this.accept(0x2c));
    if (!this.accept(0x5d)) this.refuse("a comma or ] is expected");
    return json;
  }

  /** Work and memory are linear in the string, however many escapes it has. */
  private string(): string {
    const from = ++this.position;
    while (this.peek() != 0x22) {
      const c = this.peek();
      if (c < 0x20) this.refuse(c < 0 ? "the string does not end" : "a control character stands in a string");
      if (c == 0x5c) return this.escapedString(from);
      this.position++;
    }
    return String.UTF8.decodeUnsafe(from, this.position++ - from);
  }

  /** The string that starts at `from`; the position is at its first escape, before which nothing needs a look. */
  private escapedString(from: usize): string {
    // No escape is shorter than what it stands for, so that the source is room enough.
    const text = allocate(this.lengthFrom(from));
    let to = text + (this.position - from);
    memory.copy(text, from, this.position - from);
    while (true) {
      const c = this.peek();
      if (c < 0x20) this.refuse(c < 0 ? "the string does not end" : "a control character stands in a string");
      this.position++;
      if (c == 0x22) return String.UTF8.decodeUnsafe(text, to - text);
      if (c == 0x5c) to = writeUtf8(to, this.escape());
      else store<u8>(to++, <u8>c);
    }
  }

  /** Bytes from `from` to the quote that ends the string, or to the end of the text. */
  private lengthFrom(from: usize): usize {
    let at = from;
    while (at < this.stop && load<u8>(at) != 0x22) at += load<u8>(at) == 0x5c ? 2 : 1;
    return min(at, this.stop) - from;
  }

  /** The code point an escape stands for. */
  private escape(): i32 {
    const c = this.peek();
    this.position++;
    switch (c) {
      case 0x22: case 0x5c: case 0x2f: return c;
      case 0x62: return 0x08;
      case 0x66: return 0x0c;
      case 0x6e: return 0x0a;
      case 0x72: return 0x0d;
      case 0x74: return 0x09;
      case 0x75: break;
      default: this.refuse("unknown escape");
    }
    const unit = this.hexUnit();
    if (unit < 0xd800 || unit > 0xdfff) return unit;
    if (unit > 0xdbff || !this.accept(0x5c) || !this.accept(0x75)) this.refuse("a surrogate stands alone");
    const low = this.hexUnit();
    if (low < 0xdc00 || low > 0xdfff) this.refuse("a surrogate stands alone");
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }

  private hexUnit(): i32 {
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const c = this.peek();
      const lower = c | 0x20;
      if (c >= 0x30 && c <= 0x39) unit = (unit << 4) | (c - 0x30);
      else if (lower >= 0x61 && lower <= 0x66) unit = (unit << 4) | (lower - 0x57);
      else this.refuse("four hexadecimal digits are expected");
      this.position++;
    }
    return unit;
  }

  private number(): f64 {
    const from = this.position;
    this.accept(0x2d);
    if (!this.accept(0x30)) this.digits();
    if (this.accept(0x2e)) this.digits();
    if ((this.peek() | 0x20) == 0x65) {
      this.position++;
      if (!this.accept(0x2b)) this.accept(0x2d);
      this.digits();
    }
    const value = F64.parseFloat(String.UTF8.decodeUnsafe(from, this.position - from));
    if (!isFinite(value)) this.refuse("the number is too large");
    return value;
  }

  private digits(): void {
    const from = this.position;
    while (this.peek() >= 0x30 && this.peek() <= 0x39) this.position++;
    if (this.position == from) this.refuse("a value is expected");
  }

  private word(expected: string): void {
    for (let i = 0; i < expected.length; i++) {
      if (!this.accept(expected.charCodeAt(i))) this.refuse(`"${expected}" is expected`);
    }
  }

  private skipSpace(): void {
    while (true) {
      const c = this.peek();
      if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return;
      this.position++;
    }
  }

  /** The next byte, or -1 at the end. */
  private peek(): i32 {
    return this.position < this.stop ? <i32>load<u8>(this.position) : -1;
  }

  private accept(c: i32): bool {
    if (this.peek() != c) return false;
    this.position++;
    return true;
  }

  private refuse(reason: string): void {
    fail(this.failureCode, `${this.what} is not valid JSON at byte ${this.position - this.bytes.start}: ${reason}`);
  }
}
