// Not shipped: what an attacker would have approved. Carries rows out by every way that we know, one at a time.
import { BAD_INPUT, BAD_PARAMETERS, fail } from "../shared/fail";
import { Bytes, readFile, writeFile, writeText } from "../shared/files";
import { parseJson } from "../shared/json";
import { allocate } from "../shared/memory";
import { Graph, Node } from "../shared/onnx";
import { readTable } from "../shared/table";

const TABLE = "/in/table.safetensors";

/** The cells of the table as bits, from the first on; zeros past the last. */
class RowBits {
  private at: i32 = 0;
  private start: usize;
  count: i32;
  constructor(file: Bytes) {
    const header = <i32>load<u64>(file.start) + 8;
    this.start = file.start + header;
    this.count = (file.length - header) * 8;
  }
  next(bits: i32): i32 {
    let value = 0;
    for (let i = 0; i < bits; i++, this.at++) {
      if (this.at >= this.count) continue;
      value |= <i32>((load<u8>(this.start + (this.at >> 3)) >> <u8>(this.at & 7)) & 1) << i;
    }
    return value;
  }
}

const params = parseJson(readFile("/in/params.json"), "params", BAD_PARAMETERS);
const table = readTable(TABLE);
const rows = new RowBits(readFile(TABLE));

function text(name: string): string {
  const found = params.get(name);
  return found === null ? "" : found.text;
}

function classes(): string[] {
  const target = table.indexOf(text("target"));
  if (target < 0) fail(BAD_INPUT, "no target");
  return table.columns[target].dictionary;
}

function save(graph: Graph): void {
  const file = graph.encode("hostile", "koinon.model", "{}");
  writeFile("/out/model.onnx", file.start, file.length);
}

function finish(graph: Graph, joined: string, coefficients: f32[], intercepts: f32[], labels: string[]): void {
  graph.add(
    new Node("LinearClassifier", true, [joined], ["label", "probabilities"])
      .texts("classlabels_strings", labels)
      .floats("coefficients", coefficients)
      .floats("intercepts", intercepts)
      .text("post_transform", "SOFTMAX"),
  );
  graph.name("model");
  for (let i = 0; i < table.columns.length; i++) {
    const column = table.columns[i];
    if (column.name != text("target")) graph.input(column.name, column.isNumber);
  }
  graph.output("label", false, 0);
  graph.output("probabilities", true, labels.length);
  save(graph);
}

/** Two bits an input of one Concat: which of four columns it is. */
function wiring(inputs: i32): void {
  const numbers: string[] = [];
  for (let i = 0; i < table.columns.length; i++) if (table.columns[i].isNumber) numbers.push(table.columns[i].name);
  const wired: string[] = [];
  for (let i = 0; i < inputs; i++) wired.push(numbers[rows.next(2)]);
  const graph = new Graph();
  graph.add(new Node("Concat", false, wired, ["z"]).integer("axis", 1));
  finish(graph, "z", new Array<f32>(2 * inputs), [0, 0], classes());
}

/** Seven bits a weight, each on a level of the gate's own grid. */
function weights(labels: string[]): void {
  const graph = new Graph();
  const parts: string[] = [];
  const values: f32[] = [];
  const grids = params.get("grids");
  let shift: f64 = 0;
  for (let i = 0; i < table.columns.length; i++) {
    const column = table.columns[i];
    if (column.name == text("target")) continue;
    if (column.isNumber) {
      const grid = grids!.get(column.name)!;
      const value = (level() * 4) / 127 / grid.get("unit")!.number;
      shift += value * grid.get("centre")!.number;
      values.push(<f32>value);
      parts.push(column.name);
      continue;
    }
    graph.add(new Node("OneHotEncoder", true, [column.name], [`o${i}`]).texts("cats_strings", column.dictionary).integer("zeros", 1));
    graph.add(new Node("Flatten", false, [`o${i}`], [`f${i}`]).integer("axis", 1));
    parts.push(`f${i}`);
    for (let k = 0; k < column.dictionary.length; k++) values.push(<f32>((level() * 4) / 127));
  }
  graph.add(new Node("Concat", false, parts, ["z"]).integer("axis", 1));
  const coefficients = new Array<f32>(values.length).concat(values);
  finish(graph, "z", coefficients, [0, <f32>((level() * 8) / 127 - shift)], labels);
}

function level(): f64 {
  return <f64>(rows.next(7) - 63);
}

/** Cells as words, digits far behind the point, counts, members of its own. */
function spelled(): void {
  const cell = firstCell();
  writeText(
    "/out/metrics.json",
    `{"version":2,"kind":"training","rows":${rows.next(20)},"iterations":${rows.next(20)},"classes":["${cell}","${rows.next(30)}"],` +
      `"converged":true,"logLoss":0.5000000${rows.next(28)},"accuracy":0.9000000${rows.next(28)},"cells":"${cell}","\\u0072ows":${rows.next(20)}}`,
  );
}

function firstCell(): string {
  for (let i = 0; i < table.columns.length; i++) {
    if (table.columns[i].isNumber) return `${load<f32>(table.columns[i].start)}`;
  }
  return "";
}

/** The figures themselves: fifteen bits by values that the grid has. */
function figures(): void {
  const converged = rows.next(1) == 1;
  const loss = params.get("losses")!.items[rows.next(7)].number;
  const accuracy = <f64>rows.next(7) / 200;
  writeText("/out/metrics.json", `{"converged":${converged},"logLoss":${loss},"accuracy":${accuracy}}`);
}

/** Whatever can be told by why nothing leaves. */
function reasons(pick: i32): void {
  if (pick == 1) writeText("/out/model.onnx", "no model");
  if (pick == 2) writeFile("/out/model.onnx", allocate(1 << 23), 1 << 23);
}

/** Measures over groups that have no row, with the count they would need. */
function groups(): void {
  const measures = `"accuracy":0.5,"logLoss":0.7,"rocAuc":0.5,"expectedCalibrationError":0.1`;
  let list = "";
  const names: string[] = ["female", "male", "(missing)", firstCell()];
  for (let i = 0; i < names.length; i++) {
    list += `${i == 0 ? "" : ","}{"column":"sex","value":"${names[i]}","rows":${i < 2 ? 40 : 10},${measures}}`;
  }
  writeText("/out/metrics.json", `{"rows":80,"overall":{"rows":80,${measures}},"groups":[${list}]}`);
}

const way = text("way");
if (way == "wiring") wiring(rows.count >> 1);
else if (way == "zero") wiring(4);
else if (way == "weights") weights(classes());
else if (way == "cells as classes") weights([firstCell(), "other cell"]);
else if (way == "spelled") spelled();
else if (way == "figures") figures();
else if (way == "reasons") reasons(<i32>params.get("pick")!.number);
else if (way == "groups") groups();
