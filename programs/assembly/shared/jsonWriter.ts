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

function quote(text: string): string {
  let out = "\"";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c != 0x22 && c != 0x5c) continue;
    out += text.slice(from, i);
    if (c == 0x22 || c == 0x5c) out += "\\" + String.fromCharCode(c);
    else out += "\\u00" + (c < 16 ? "0" : "1") + "0123456789abcdef".charAt(c & 15);
    from = i + 1;
  }
  return out + text.slice(from) + "\"";
}
