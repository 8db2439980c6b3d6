// tabular-evaluate: compares /in/predictions.safetensors with the target in /in/table.safetensors and writes
// /out/metrics.json. docs/write-a-program.md has parameters, formats and exit codes.
import { BAD_PARAMETERS, CANNOT_COMPUTE, fail } from "../shared/fail";
import { writeText } from "../shared/files";
import { JsonWriter } from "../shared/jsonWriter";
import { allocate } from "../shared/memory";
import { readParams } from "../shared/params";
import { readTable, Table } from "../shared/table";
import { writeGroups } from "./groups";
import { Meter } from "./measures";
import { readPredictions } from "./predictions";
import { MISSING, readTruth } from "./truth";

function main(): void {
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
  const predictions = readPredictions("/in/predictions.safetensors", table.rows);

  const truth = readTruth(table, table.columns[targetIndex], predictions.classes);
  const rows = allocate(<usize>table.rows << 2);
  let count = 0;
  for (let i = 0; i < table.rows; i++) {
    if (load<i32>(truth + (<usize>i << 2)) == MISSING) continue;
    store<i32>(rows + (<usize>count << 2), i);
    count++;
  }
  if (count == 0) fail(CANNOT_COMPUTE, `no row has a value in target "${target}"`);

  const meter = new Meter(predictions, truth, bins);
  const json = new JsonWriter().openObject();
  json.key("version").number(1).key("kind").string("evaluation").key("rows").number(count);
  json.key("classes").strings(predictions.classes);
  json.key("overall").openObject().key("rows").number(count);
  meter.over(rows, count).write(json);
  json.closeObject().key("groups").openArray();
  for (let i = 0; i < groupBy.length; i++) {
    writeGroups(json, table.columns[table.indexOf(groupBy[i])], rows, count, meter, minGroupRows);
  }
  writeText("/out/metrics.json", json.closeArray().closeObject().toString());
}

function refuseUnlessCategory(table: Table, name: string): void {
  const index = table.indexOf(name);
  if (index < 0) fail(BAD_PARAMETERS, `group column "${name}" is not in the table`);
  if (table.columns[index].isNumber) fail(BAD_PARAMETERS, `group column "${name}" is a number; only categories make groups`);
}

main();
