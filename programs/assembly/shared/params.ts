import { BAD_PARAMETERS, fail } from "./fail";
import { readFile } from "./files";
import { Json, JsonKind, parseJson } from "./json";

/** /in/params.json, each member asked for once; `finish` refuses the names nobody asked for. */
export class Params {
  private asked: Set<string> = new Set<string>();
  constructor(private json: Json) {}

  string(name: string): string {
    const value = this.take(name);
    if (value === null || value.kind != JsonKind.String || value.text.length == 0) {
      fail(BAD_PARAMETERS, `parameter "${name}" must be a text`);
      return unreachable();
    }
    return value.text;
  }

  /** A number from `least` to `most`, or `absent` where there is none. */
  number(name: string, absent: f64, least: f64, most: f64): f64 {
    const value = this.take(name);
    if (value === null) return absent;
    if (value.kind != JsonKind.Number || value.number < least || value.number > most) {
      fail(BAD_PARAMETERS, `parameter "${name}" must be a number from ${least} to ${most}`);
    }
    return value.number;
  }

  whole(name: string, absent: i32, least: i32, most: i32): i32 {
    const value = this.number(name, absent, least, most);
    if (Math.floor(value) != value) fail(BAD_PARAMETERS, `parameter "${name}" must be a whole number`);
    return <i32>value;
  }

  /** A list of texts without repeats; empty where there is none. */
  strings(name: string): string[] {
    const list: string[] = [];
    const value = this.take(name);
    if (value === null) return list;
    if (value.kind != JsonKind.Array) fail(BAD_PARAMETERS, `parameter "${name}" must be a list of texts`);
    for (let i = 0; i < value.items.length; i++) {
      const item = value.items[i];
      if (item.kind != JsonKind.String) fail(BAD_PARAMETERS, `parameter "${name}" must be a list of texts`);
      if (list.includes(item.text)) fail(BAD_PARAMETERS, `parameter "${name}" has "${item.text}" twice`);
      list.push(item.text);
    }
    return list;
  }

  finish(): void {
    for (let i = 0; i < this.json.keys.length; i++) {
      const name = this.json.keys[i];
      if (!this.asked.has(name)) fail(BAD_PARAMETERS, `there is no parameter "${name}"`);
    }
  }

  private take(name: string): Json | null {
    this.asked.add(name);
    return this.json.get(name);
  }
}

export function readParams(): Params {
  const json = parseJson(readFile("/in/params.json"), "/in/params.json", BAD_PARAMETERS);
  if (json.kind != JsonKind.Object) fail(BAD_PARAMETERS, "/in/params.json is not an object");
  return new Params(json);
}
