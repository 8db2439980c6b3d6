import { Graph, Node } from "../shared/onnx";
import { Message } from "../shared/protobuf";
import { JsonWriter } from "../shared/jsonWriter";
import { Labels } from "../shared/labels";
import { Column, Table } from "../shared/table";
import { Design } from "./design";

const MISSING_WORDS: string[] = ["", "?", "NA"];
const OTHER: string = "other";

/**
 * The model as an ONNX file with its preprocessing inside: numbers through Imputer and Scaler, categories through
 * LabelEncoder and OneHotEncoder, everything through one LinearClassifier. Names and order are those a custodian's
 * gate writes, so that a model passes it unchanged.
 */
export function encodeModel(table: Table, target: string, design: Design, labels: Labels, weights: usize): Message {
  const graph = new Graph();
  const features = inTableOrder(table, design);
  const names = new InnerNames(features);
  const parts: string[] = [];
  if (design.numbers.length > 0) parts.push(addNumbers(graph, design, names));
  for (let i = 0; i < design.categories.length; i++) parts.push(addCategory(graph, design.categories[i], names));
  const joined = names.next();
  graph.add(new Node("Concat", false, parts, [joined]).integer("axis", 1));
  addClassifier(graph, design, labels, weights, joined);

  graph.name("model");
  for (let i = 0; i < features.length; i++) graph.input(features[i].name, features[i].isNumber);
  graph.output("label", false, 0);
  graph.output("probabilities", true, labels.classes.length);
  return graph.encode("koinon", "koinon.model", describe(target, features, labels, design.rows));
}

function addNumbers(graph: Graph, design: Design, names: InnerNames): string {
  const columns: string[] = [];
  for (let i = 0; i < design.numbers.length; i++) columns.push(design.numbers[i].name);
  const joined = names.next();
  const imputed = names.next();
  const scaled = names.next();
  graph.add(new Node("Concat", false, columns, [joined]).integer("axis", 1));
  graph.add(
    new Node("Imputer", true, [joined], [imputed])
      .floats("imputed_value_floats", design.means)
      .float("replaced_value_float", <f32>NaN),
  );
  graph.add(new Node("Scaler", true, [imputed], [scaled]).floats("offset", design.means).floats("scale", design.scales));
  return scaled;
}

/** A word the dictionary lacks gets the code of "other" where there is one; a missing cell gets all zeros. */
function addCategory(graph: Graph, column: Column, names: InnerNames): string {
  const words: string[] = [];
  const codes: i64[] = [];
  const slots: i64[] = [];
  let unknown: i64 = -1;
  for (let i = 0; i < column.dictionary.length; i++) {
    words.push(column.dictionary[i]);
    codes.push(i);
    slots.push(i);
    if (column.dictionary[i] == OTHER) unknown = i;
  }
  for (let i = 0; i < MISSING_WORDS.length; i++) {
    if (column.dictionary.includes(MISSING_WORDS[i])) continue;
    words.push(MISSING_WORDS[i]);
    codes.push(-1);
  }
  if (slots.length == 0) slots.push(0);
  const code = names.next();
  const oneHot = names.next();
  const flat = names.next();
  graph.add(
    new Node("LabelEncoder", true, [column.name], [code])
      .texts("keys_strings", words)
      .integers("values_int64s", codes)
      .integer("default_int64", unknown),
  );
  graph.add(new Node("OneHotEncoder", true, [code], [oneHot]).integers("cats_int64s", slots).integer("zeros", 1));
  graph.add(new Node("Flatten", false, [oneHot], [flat]).integer("axis", 1));
  return flat;
}

/**
 * One row of scores per class under a softmax. For two classes those of the first are 0: onnxruntime's logistic
 * function gives the unlikely class as 1 - p, which loses every digit of a small probability.
 */
function addClassifier(graph: Graph, design: Design, labels: Labels, weights: usize, input: string): void {
  const coefficients: f32[] = [];
  const intercepts: f32[] = [];
  const classes = labels.classes.length;
  for (let k = 0; k < classes; k++) {
    const own = classes == 2 ? weights : weights + (<usize>(k * design.stride) << 3);
    const factor: f64 = classes == 2 && k == 0 ? 0 : 1;
    intercepts.push(<f32>(factor * load<f64>(own)));
    for (let i = 1; i <= design.numbers.length; i++) coefficients.push(<f32>(factor * load<f64>(own + (<usize>i << 3))));
    for (let j = 0; j < design.categories.length; j++) {
      const words = design.categories[j].dictionary.length;
      const slots = own + (<usize>design.slots[j] << 3);
      for (let i = 1; i <= words; i++) coefficients.push(<f32>(factor * load<f64>(slots + (<usize>i << 3))));
      if (words == 0) coefficients.push(0);
    }
  }
  graph.add(
    new Node("LinearClassifier", true, [input], ["label", "probabilities"])
      .floats("coefficients", coefficients)
      .floats("intercepts", intercepts)
      .texts("classlabels_strings", labels.classes)
      .text("post_transform", "SOFTMAX")
      .integer("multi_class", 1),
  );
}

/** Canonical JSON (RFC 8785): the names of members are sorted. */
function describe(target: string, features: Column[], labels: Labels, rows: i32): string {
  const json = new JsonWriter().openObject().key("classes").strings(labels.classes);
  json.key("features").openArray();
  for (let i = 0; i < features.length; i++) {
    const column = features[i];
    json.openObject();
    if (!column.isNumber) json.key("categories").strings(column.dictionary);
    json.key("name").string(column.name).key("type").string(column.isNumber ? "number" : "category").closeObject();
  }
  json.closeArray().key("rows").number(rows).key("target").string(target).key("version").number(1);
  return json.closeObject().toString();
}

function inTableOrder(table: Table, design: Design): Column[] {
  const features: Column[] = [];
  for (let i = 0; i < table.columns.length; i++) {
    const column = table.columns[i];
    if (design.numbers.includes(column) || design.categories.includes(column)) features.push(column);
  }
  return features;
}

/** Names for what flows inside the graph: numbered, under a prefix that no column name starts with. */
class InnerNames {
  private prefix: string = "koinon/";
  private count: i32 = 0;

  constructor(features: Column[]) {
    for (let i = 0; i < features.length; i++) {
      if (!features[i].name.startsWith(this.prefix)) continue;
      this.prefix += "/";
      i = -1;
    }
  }

  next(): string {
    return `${this.prefix}${this.count++}`;
  }
}
