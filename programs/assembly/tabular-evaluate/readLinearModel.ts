import { BAD_INPUT, BAD_PARAMETERS, fail } from "../shared/fail";
import { Bytes } from "../shared/files";
import { Json, JsonKind, parseJson } from "../shared/json";
import { ML_DOMAIN, ModelFile, Port, readOnnx } from "../shared/onnxReader";
import { Table } from "../shared/table";
import { LinearGraph } from "./linearGraph";
import { LinearModel } from "./linearModel";
import { Part, Tensor, TensorKind } from "./tensor";

const FACTS_KEY: string = "koinon.model";

/** Reads the linear model of class `linear` at `path` for the columns of `table`. Ends the program for any other. */
export function readLinearModel(path: string, table: Table, target: string): LinearModel {
  const file = readOnnx(path);
  checkVersions(file);
  const graph = new LinearGraph(file);
  for (let i = 0; i < file.inputs.length; i++) addInput(graph, file, file.inputs[i], table, target);
  for (let i = 0; i < file.nodes.length; i++) graph.follow(file.nodes[i]);
  const model = graph.finish();
  checkOutputs(file, model.classes.length);
  checkFacts(file, model.classes);
  return model;
}

/** Versions in which the operators mean what is computed here. */
function checkVersions(file: ModelFile): void {
  if (file.irVersion < 3 || file.irVersion > 12) file.refuse(`its format has version ${file.irVersion}`);
  const domains = file.operatorSets.keys();
  for (let i = 0; i < domains.length; i++) {
    const version = file.operatorSets.get(domains[i]);
    const isKnown = domains[i] == ML_DOMAIN ? version >= 2 && version <= 5
      : domains[i] == "" && version >= 11 && version <= 24;
    if (!isKnown) file.refuse(`it takes operators "${domains[i]}" of version ${version}`);
  }
  if (domains.length != 2) file.refuse(`it does not name its operators "" and "${ML_DOMAIN}"`);
}

function addInput(graph: LinearGraph, file: ModelFile, port: Port, table: Table, target: string): void {
  if (port.columns != 1) file.refuse(`its input "${port.name}" is not one column`);
  if (port.name == target) fail(BAD_PARAMETERS, `target "${target}" is a feature of the model`);
  const index = table.indexOf(port.name);
  if (index < 0) fail(BAD_INPUT, `${file.path} needs the column "${port.name}", which ${table.path} lacks`);
  const column = table.columns[index];
  if (column.isNumber != port.isNumber) {
    fail(BAD_INPUT, `${file.path} takes "${port.name}" as a ${typeOf(port.isNumber)}, ${table.path} has a ${typeOf(column.isNumber)}`);
  }
  graph.add(port.name, new Tensor(port.isNumber ? TensorKind.Matrix : TensorKind.Words, [new Part(column)]));
}

function checkOutputs(file: ModelFile, classes: i32): void {
  let found = 0;
  for (let i = 0; i < file.outputs.length; i++) {
    const port = file.outputs[i];
    if (port.name == "label" && !port.isNumber && port.columns == 0) found |= 1;
    if (port.name == "probabilities" && port.isNumber && port.columns == classes) found |= 2;
  }
  if (found != 3 || file.outputs.length != 2) {
    file.refuse(`its outputs are not the words "label" and the ${classes} numbers "probabilities"`);
  }
}

/** What the file says about itself must be so, since whoever uses it goes by that. */
function checkFacts(file: ModelFile, classes: string[]): void {
  if (!file.metadata.has(FACTS_KEY)) file.refuse(`it has no "${FACTS_KEY}" in its metadata`);
  const text = String.UTF8.encode(file.metadata.get(FACTS_KEY));
  const facts = parseJson(
    new Bytes(changetype<usize>(text), text.byteLength),
    `"${FACTS_KEY}" in ${file.path}`,
    BAD_INPUT,
  );
  const version = facts.get("version");
  if (version === null || version.kind != JsonKind.Number || version.number != 1) {
    file.refuse(`its "${FACTS_KEY}" is not of version 1`);
  }
  const named = facts.get("classes");
  if (named === null || named.kind != JsonKind.Array || named.items.length != classes.length) {
    file.refuse("it names other classes than it predicts");
    return unreachable();
  }
  for (let k = 0; k < classes.length; k++) {
    const item = named.items[k];
    if (item.kind != JsonKind.String || item.text != classes[k]) file.refuse("it names other classes than it predicts");
  }
  checkFeatures(file, facts.get("features"));
}

function checkFeatures(file: ModelFile, features: Json | null): void {
  const types = new Map<string, string>();
  const count = features === null || features.kind != JsonKind.Array ? 0 : features.items.length;
  for (let i = 0; i < count; i++) {
    const name = features!.items[i].get("name");
    const type = features!.items[i].get("type");
    if (name !== null && type !== null) types.set(name.text, type.text);
  }
  let isSame = types.size == file.inputs.length && count == file.inputs.length;
  for (let i = 0; i < file.inputs.length && isSame; i++) {
    const input = file.inputs[i];
    isSame = types.has(input.name) && types.get(input.name) == typeOf(input.isNumber);
  }
  if (!isSame) file.refuse("it names other features than it takes");
}

function typeOf(isNumber: bool): string {
  return isNumber ? "number" : "category";
}
