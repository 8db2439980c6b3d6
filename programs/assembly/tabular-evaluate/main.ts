// tabular-evaluate: compares what a model says of each row of /in/table.safetensors with the target there and writes
// /out/metrics.json. The model is /in/model.onnx, or has spoken in /in/predictions.safetensors.
// docs/write-a-program.md has parameters, formats and exit codes. Reading is the first step of the trace; steps of
// equal work follow, in which the model predicts and every section is measured; the last of them writes.
import { BAD_INPUT, BAD_PARAMETERS, CANNOT_COMPUTE, fail } from "../shared/fail";
import { hasFile, writeText } from "../shared/files";
import { JsonWriter } from "../shared/jsonWriter";
import { allocate } from "../shared/memory";
import { readParams } from "../shared/params";
import { readTable, Table } from "../shared/table";
import { addGroups } from "./groups";
import { Meter } from "./meter";
import { readPredictions } from "./predictions";
import { Predictor } from "./predictor";
import { readLinearModel } from "./readLinearModel";
import { Section } from "./section";
import { MISSING, readTruth } from "./truth";

const MODEL: string = "/in/model.onnx";
const PREDICTIONS: string = "/in/predictions.safetensors";
/** Cells one step visits, 1 to 2 gigafuel, so that a juror replays it in a second. */
const CELLS_PER_STEP: i64 = 1 << 25;

let evaluation!: Evaluation;

/** Everything that lives on between two steps. */
class Evaluation {
  constructor(
    public predictor: Predictor | null,
    public meter: Meter,
    public classes: string[],
    /** The first is of all rows. */
    public sections: Section[],
  ) {}
}

/** The sandbox calls this until it gives 0. */
export function step(): i32 {
  const predictor = evaluation.predictor;
  const meter = evaluation.meter;
  const stop = visited(predictor, meter) + CELLS_PER_STEP;
  while (!meter.isDone()) {
    if (visited(predictor, meter) >= stop) return 1;
    if (predictor !== null && !predictor.isDone()) predictor.advance();
    else meter.advance();
  }
  writeText("/out/metrics.json", describeEvaluation(evaluation.classes, evaluation.sections));
  return 0;
}

function begin(): Evaluation {
  const params = readParams();
  const target = params.string("target");
  const groupBy = params.strings("groupBy");
  const bins = params.whole("bins", 15, 1, 1000);
  const minGroupRows = params.whole("minGroupRows", 10, 1, 1000000000);
  params.finish();

  const table = readTable("/in/table.safetensors");
  const targetIndex = table.indexOf(target);
  if (targetIndex < 0) fail(BAD_PARAMETERS, `target "${target}" is not a column of the table`);
  for (let i = 0; i < groupBy.length; i++) refuseUnlessCategory(table, groupBy[i]);
  const predictor = readPredictor(table, target);
  const predictions = predictor === null ? readPredictions(PREDICTIONS, table.rows) : predictor.predictions;

  const truth = readTruth(table, table.columns[targetIndex], predictions.classes);
  const rows = allocate(<usize>table.rows << 2);
  let count = 0;
  for (let i = 0; i < table.rows; i++) {
    if (load<i32>(truth + (<usize>i << 2)) == MISSING) continue;
    store<i32>(rows + (<usize>count << 2), i);
    count++;
  }
  if (count == 0) fail(CANNOT_COMPUTE, `no row has a value in target "${target}"`);

  const sections = [new Section(rows, count)];
  for (let i = 0; i < groupBy.length; i++) {
    addGroups(sections, table.columns[table.indexOf(groupBy[i])], rows, count, minGroupRows);
  }
  return new Evaluation(predictor, new Meter(predictions, truth, bins, sections), predictions.classes, sections);
}

/** What predicts the rows, or null where a file of predictions is given instead. */
function readPredictor(table: Table, target: string): Predictor | null {
  const hasModel = hasFile(MODEL);
  const hasPredictions = hasFile(PREDICTIONS);
  if (hasModel && hasPredictions) fail(BAD_INPUT, `both ${MODEL} and ${PREDICTIONS} are given; give one of them`);
  if (!hasModel && !hasPredictions) fail(BAD_INPUT, `neither ${MODEL} nor ${PREDICTIONS} is given`);
  return hasModel ? new Predictor(readLinearModel(MODEL, table, target), table.rows) : null;
}

function visited(predictor: Predictor | null, meter: Meter): i64 {
  return meter.visited + (predictor === null ? 0 : predictor.visited);
}

function describeEvaluation(classes: string[], sections: Section[]): string {
  const json = new JsonWriter().openObject();
  json.key("version").number(1).key("kind").string("evaluation").key("rows").number(sections[0].count);
  json.key("classes").strings(classes).key("overall");
  sections[0].write(json);
  json.key("groups").openArray();
  for (let i = 1; i < sections.length; i++) sections[i].write(json);
  return json.closeArray().closeObject().toString();
}

function refuseUnlessCategory(table: Table, name: string): void {
  const index = table.indexOf(name);
  if (index < 0) fail(BAD_PARAMETERS, `group column "${name}" is not in the table`);
  if (table.columns[index].isNumber) fail(BAD_PARAMETERS, `group column "${name}" is a number; only categories make groups`);
}

evaluation = begin();
