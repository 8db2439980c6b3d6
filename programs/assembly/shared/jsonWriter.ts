import { formatNumber } from "./numbers";

/** Writes one JSON text piece by piece; commas are placed by the writer, nesting is the caller's. */
export class JsonWriter {
  private parts: string[] = [];
  private first: bool = true;

  openObject(): JsonWriter {
    return this.open("{");
  }
  closeObject(): JsonWriter {
    return this.close("}");
  }
  openArray(): JsonWriter {
    return this.open("[");
  }
  closeArray(): JsonWriter {
    return this.close("]");
  }

  key(name: string): JsonWriter {
    this.separate();
    this.parts.push(quote(name));
    this.parts.push(":");
    this.first = true;
    return this;
  }
  string(value: string): JsonWriter {
    return this.raw(quote(value));
  }
  /** NaN and infinities become null. */
  number(value: f64): JsonWriter {
    return this.raw(formatNumber(value));
  }
  boolean(value: bool): JsonWriter {
    return this.raw(value ? "true" : "false");
  }
  strings(values: string[]): JsonWriter {
    this.openArray();
    for (let i = 0; i < values.length; i++) this.string(values[i]);
    return this.closeArray();
  }

  toString(): string {
    return this.parts.join("");
  }

  private open(bracket: string): JsonWriter {
    this.separate();
    this.parts.push(bracket);
    this.first = true;
    return this;
  }
  private close(bracket: string): JsonWriter {
    this.parts.push(bracket);
    this.first = false;
    return this;
  }
  private raw(text: string): JsonWriter {
    this.separate();
    this.parts.push(text);
    return this;
  }
  private separate(): void {
    if (!this.first) this.parts.push(",");
    this.first = false;
  }
}

/** As RFC 8785 has it: the two-letter escapes where there is one, \u00xx for other control characters. */
function quote(text: string): string {
  const parts: string[] = ["\""];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c != 0x22 && c != 0x5c) continue;
    parts.push(text.slice(from, i));
    parts.push(escape(c));
    from = i + 1;
  }
  parts.push(text.slice(from));
  parts.push("\"");
  return parts.join("");
}

function escape(c: i32): string {
  switch (c) {
    case 0x08: return "\\b";
    case 0x09: return "\\t";
    case 0x0a: return "\\n";
    case 0x0c: return "\\f";
    case 0x0d: return "\\r";
    case 0x22: return "\\\"";
    case 0x5c: return "\\\\";
    default: return "\\u00" + (c < 16 ? "0" : "1") + "0123456789abcdef".charAt(c & 15);
  }
}
