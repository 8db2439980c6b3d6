// tabular-logistic: fits multinomial logistic regression with an L2 penalty to /in/table.safetensors and writes
// /out/model.onnx and /out/metrics.json. docs/write-a-program.md has parameters, formats and exit codes.
import { BAD_PARAMETERS, CANNOT_COMPUTE, fail } from "../shared/fail";
import { writeFile, writeText } from "../shared/files";
import { JsonWriter } from "../shared/jsonWriter";
import { Labels, readLabels } from "../shared/labels";
import { readParams } from "../shared/params";
import { readTable } from "../shared/table";
import { makeDesign } from "./design";
import { encodeModel } from "./model";
import { Objective } from "./objective";
import { Solver } from "./solver";

function main(): void {
  const params = readParams();
  const target = params.string("target");
  const l2 = params.number("l2", 1, 0, 1e9);
  const maxIterations = params.whole("maxIterations", 200, 1, 100000);
  const tolerance = params.number("tolerance", 1e-6, 1e-12, 1);
  const exclude = params.strings("exclude");
  params.finish();

  const table = readTable("/in/table.safetensors");
  const targetIndex = table.indexOf(target);
  if (targetIndex < 0) fail(BAD_PARAMETERS, `target "${target}" is not a column of the table`);
  const labels = readLabels(table, table.columns[targetIndex]);
  if (labels.classes.length == 0) fail(CANNOT_COMPUTE, `no row has a value in target "${target}"`);
  if (labels.classes.length == 1) {
    fail(CANNOT_COMPUTE, `every row has the same value "${labels.classes[0]}" in target "${target}"; two classes are needed`);
  }
  const design = makeDesign(table, targetIndex, exclude, labels);

  const objective = new Objective(design, labels, l2 / design.rows);
  const solver = new Solver(objective, tolerance, maxIterations);
  while (!solver.isDone()) solver.advance();

  const model = encodeModel(table, target, design, labels, solver.weights);
  writeFile("/out/model.onnx", model.start, model.length);
  objective.evaluate(solver.weights, solver.spare);
  writeText("/out/metrics.json", describeTraining(objective, solver, labels, design.rows));
}

function describeTraining(objective: Objective, solver: Solver, labels: Labels, rows: i32): string {
  const json = new JsonWriter().openObject();
  json.key("version").number(1).key("kind").string("training").key("rows").number(rows);
  json.key("iterations").number(solver.iterations).key("converged").boolean(solver.isConverged);
  json.key("logLoss").number(objective.lossSum / rows).key("accuracy").number(<f64>objective.right / rows);
  json.key("classes").openArray();
  for (let k = 0; k < labels.classes.length; k++) {
    json.openObject().key("label").string(labels.classes[k]).key("rows").number(labels.counts[k]).closeObject();
  }
  return json.closeArray().closeObject().toString();
}

main();
