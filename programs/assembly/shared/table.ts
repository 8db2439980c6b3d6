import { BAD_INPUT, fail } from "./fail";
import { Json, JsonKind } from "./json";
import { readSafetensors, Safetensors, wholeNumber } from "./safetensors";

/** One column. `start` points at `rows` values: f32 with NaN missing, or i32 codes into `dictionary` with -1 missing. */
export class Column {
  constructor(
    public name: string,
    public isNumber: bool,
    public dictionary: string[],
    public start: usize,
  ) {}
}

/** A checked table: every code lies in its dictionary and every number is finite or NaN. */
export class Table {
  columns: Column[] = [];
  constructor(
    public path: string,
    public rows: i32,
  ) {}

  /** Index of the column, or -1. */
  indexOf(name: string): i32 {
    for (let i = 0; i < this.columns.length; i++) if (this.columns[i].name == name) return i;
    return -1;
  }
}

/** Reads a table as docs/write-a-program.md describes it. */
export function readTable(path: string): Table {
  const file = readSafetensors(path);
  const description = file.metadataJson("koinon.table");
  const version = description.get("version");
  if (version === null || wholeNumber(version, 1) != 1) fail(BAD_INPUT, `${path} is not a table of version 1`);
  const rowsJson = description.get("rows");
  const rows = rowsJson === null ? -1 : wholeNumber(rowsJson, i32.MAX_VALUE >> 2);
  if (rows < 0) fail(BAD_INPUT, `${path} does not say how many rows it has`);
  const columns = description.get("columns");
  if (columns === null || columns.kind != JsonKind.Array) {
    fail(BAD_INPUT, `${path} does not list its columns`);
    return unreachable();
  }
  const table = new Table(path, rows);
  const seen = new Set<string>();
  for (let i = 0; i < columns.items.length; i++) {
    const column = readColumn(file, columns.items[i], rows);
    if (seen.has(column.name)) fail(BAD_INPUT, `${path} has two columns "${column.name}"`);
    seen.add(column.name);
    table.columns.push(column);
  }
  if (file.tensors.size != table.columns.length) fail(BAD_INPUT, `${path} holds tensors that are no columns`);
  return table;
}

function readColumn(file: Safetensors, description: Json, rows: i32): Column {
  const name = description.get("name");
  if (name === null || name.kind != JsonKind.String) {
    fail(BAD_INPUT, `${file.path} has a column without a name`);
    return unreachable();
  }
  const type = description.get("type");
  const isNumber = type !== null && type.kind == JsonKind.String && type.text == "number";
  const isCategory = type !== null && type.kind == JsonKind.String && type.text == "category";
  if (!isNumber && !isCategory) fail(BAD_INPUT, `column "${name.text}" of ${file.path} is neither number nor category`);
  if (!file.tensors.has(name.text)) fail(BAD_INPUT, `column "${name.text}" of ${file.path} has no tensor`);
  const tensor = file.tensors.get(name.text);
  if (!tensor.is(isNumber ? "F32" : "I32", rows)) {
    fail(BAD_INPUT, `column "${name.text}" of ${file.path} is not ${rows} values of ${isNumber ? "F32" : "I32"}`);
  }
  const column = new Column(name.text, isNumber, [], tensor.start);
  if (isNumber) {
    checkNumbers(file.path, column, rows);
  } else {
    column.dictionary = readDictionary(file.path, name.text, description.get("dictionary"));
    checkCodes(file.path, column, rows);
  }
  return column;
}

function readDictionary(path: string, name: string, dictionary: Json | null): string[] {
  if (dictionary === null || dictionary.kind != JsonKind.Array) {
    fail(BAD_INPUT, `column "${name}" of ${path} has no dictionary`);
    return unreachable();
  }
  const words: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < dictionary.items.length; i++) {
    const word = dictionary.items[i];
    if (word.kind != JsonKind.String) fail(BAD_INPUT, `the dictionary of "${name}" in ${path} holds something else than strings`);
    if (seen.has(word.text)) fail(BAD_INPUT, `the dictionary of "${name}" in ${path} has "${word.text}" twice`);
    seen.add(word.text);
    words.push(word.text);
  }
  return words;
}

function checkNumbers(path: string, column: Column, rows: i32): void {
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(column.start + (<usize>i << 2));
    if (value - value == 0 || value != value) continue;
    fail(BAD_INPUT, `column "${column.name}" of ${path} is infinite in row ${i}`);
  }
}

function checkCodes(path: string, column: Column, rows: i32): void {
  const count = column.dictionary.length;
  for (let i = 0; i < rows; i++) {
    const code = load<i32>(column.start + (<usize>i << 2));
    if (code < -1 || code >= count) fail(BAD_INPUT, `column "${column.name}" of ${path} has code ${code} in row ${i}, outside its dictionary`);
  }
}
