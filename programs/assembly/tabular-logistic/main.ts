// tabular-logistic: fits multinomial logistic regression with an L2 penalty to /in/table.safetensors and writes
// /out/model.onnx and /out/metrics.json. docs/write-a-program.md has parameters, formats and exit codes.
// Reading is the first step of the trace; the solver runs in steps of equal work, the last of which writes.
import { BAD_PARAMETERS, CANNOT_COMPUTE, fail } from "../shared/fail";
import { writeFile, writeText } from "../shared/files";
import { JsonWriter } from "../shared/jsonWriter";
import { Labels, readLabels } from "../shared/labels";
import { readParams } from "../shared/params";
import { readTable, Table } from "../shared/table";
import { Design, makeDesign } from "./design";
import { encodeModel } from "./model";
import { Objective } from "./objective";
import { Solver } from "./solver";

/** Cells one step visits, 1 to 2 gigafuel, so that a juror replays it in a second. */
const CELLS_PER_STEP: i64 = 1 << 25;

let training!: Training;

/** Everything that lives on between two steps. */
class Training {
  constructor(
    public table: Table,
    public target: string,
    public labels: Labels,
    public design: Design,
    public objective: Objective,
    public solver: Solver,
  ) {}
}

/** The sandbox calls this until it gives 0. */
export function step(): i32 {
  const solver = training.solver;
  const stop = training.objective.visited + CELLS_PER_STEP;
  while (!solver.isDone()) {
    if (training.objective.visited >= stop) return 1;
    solver.advance();
  }
  finish(training);
  return 0;
}

function begin(): Training {
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
  return new Training(table, target, labels, design, objective, solver);
}

function finish(training: Training): void {
  const solver = training.solver;
  const model = encodeModel(training.table, training.target, training.design, training.labels, solver.weights);
  writeFile("/out/model.onnx", model.start, model.length);
  training.objective.evaluate(solver.weights, solver.spare);
  writeText("/out/metrics.json", describeTraining(training.objective, solver, training.labels, training.design.rows));
}

/** What a gate lets out of a training: no count of iterations, no rows of a class. */
function describeTraining(objective: Objective, solver: Solver, labels: Labels, rows: i32): string {
  const json = new JsonWriter().openObject();
  json.key("version").number(2).key("kind").string("training").key("rows").number(rows);
  json.key("converged").boolean(solver.isConverged);
  json.key("logLoss").number(objective.lossSum / rows).key("accuracy").number(<f64>objective.right / rows);
  return json.key("classes").strings(labels.classes).closeObject().toString();
}

training = begin();
