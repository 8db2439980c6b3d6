import { BAD_INPUT, BAD_PARAMETERS, CANNOT_COMPUTE, fail } from "../shared/fail";
import { Labels } from "../shared/labels";
import { Column, Table } from "../shared/table";

const LARGEST_NUMBER: f32 = 1e30;

/**
 * What the model sees of a table, in the table's own memory: numbers imputed and standardised as f32, category
 * codes raised by one so that 0 stands for missing. Rows without a target are gone.
 *
 * Weights of one class: [intercept, one per number, then per category a slot for missing, kept at zero, and one
 * slot per dictionary word].
 */
export class Design {
  numbers: Column[] = [];
  categories: Column[] = [];
  /** Per number: what replaces a missing cell and is subtracted, and what the difference is multiplied by. */
  means: f32[] = [];
  scales: f32[] = [];
  /** Per category: index of its slot for missing within the weights of a class. */
  slots: i32[] = [];
  stride: i32 = 1;
  constructor(public rows: i32) {}
}

/** Standardises in f32 exactly as the ONNX operators will, so that the fit is to what the model computes. */
export function makeDesign(table: Table, targetIndex: i32, exclude: string[], labels: Labels): Design {
  for (let i = 0; i < exclude.length; i++) {
    const index = table.indexOf(exclude[i]);
    if (index < 0) fail(BAD_PARAMETERS, `excluded column "${exclude[i]}" is not in the table`);
    if (index == targetIndex) fail(BAD_PARAMETERS, `column "${exclude[i]}" is the target and cannot be excluded`);
  }
  let rows = 0;
  for (let k = 0; k < labels.counts.length; k++) rows += labels.counts[k];
  const design = new Design(rows);
  for (let i = 0; i < table.columns.length; i++) {
    const column = table.columns[i];
    if (i == targetIndex || exclude.includes(column.name)) continue;
    refuseReserved(column.name);
    keepLabelled(column.start, labels, table.rows);
    (column.isNumber ? design.numbers : design.categories).push(column);
  }
  if (design.numbers.length + design.categories.length == 0) {
    fail(CANNOT_COMPUTE, "no feature columns are left beside the target");
  }
  keepLabelled(labels.codes, labels, table.rows);

  for (let i = 0; i < design.numbers.length; i++) standardise(design, design.numbers[i]);
  design.stride += design.numbers.length;
  for (let i = 0; i < design.categories.length; i++) {
    const column = design.categories[i];
    raiseCodes(column.start, rows);
    design.slots.push(design.stride);
    design.stride += 1 + column.dictionary.length;
  }
  return design;
}

function refuseReserved(name: string): void {
  if (name.length == 0) fail(BAD_INPUT, "a feature column has an empty name");
  if (name == "label" || name == "probabilities") {
    fail(BAD_INPUT, `feature column "${name}" has the name of a model output; rename or exclude it`);
  }
}

/** Moves the cells of rows that have a label to the front. `labels.codes` itself must come last. */
function keepLabelled(start: usize, labels: Labels, rows: i32): void {
  let kept: usize = start;
  for (let i = 0; i < rows; i++) {
    const offset = <usize>i << 2;
    if (load<i32>(labels.codes + offset) < 0) continue;
    store<i32>(kept, load<i32>(start + offset));
    kept += 4;
  }
}

function standardise(design: Design, column: Column): void {
  const end = column.start + (<usize>design.rows << 2);
  let sum: f64 = 0;
  let present = 0;
  let least: f32 = f32.MAX_VALUE;
  let most: f32 = -f32.MAX_VALUE;
  for (let at = column.start; at < end; at += 4) {
    const value = load<f32>(at);
    if (value != value) continue;
    sum += value;
    present++;
    least = min(least, value);
    most = max(most, value);
  }
  if (present > 0 && (most > LARGEST_NUMBER || least < -LARGEST_NUMBER)) {
    fail(BAD_INPUT, `column "${column.name}" has numbers beyond 1e30; give it in another unit`);
  }
  const mean: f32 = present == 0 ? 0 : <f32>(sum / present);
  let squares: f64 = 0;
  for (let at = column.start; at < end; at += 4) {
    const value = load<f32>(at);
    if (value == value) squares += (<f64>value - <f64>mean) * (<f64>value - <f64>mean);
  }
  const deviation = Math.sqrt(squares / max(1, design.rows));
  const isConstant = present == 0 || least == most || deviation < 1e-30;
  const scale: f32 = isConstant ? 1 : <f32>(1 / deviation);
  for (let at = column.start; at < end; at += 4) {
    const value = load<f32>(at);
    store<f32>(at, ((value == value ? value : mean) - mean) * scale);
  }
  design.means.push(mean);
  design.scales.push(scale);
}

function raiseCodes(start: usize, rows: i32): void {
  for (let i = 0; i < rows; i++) {
    const at = start + (<usize>i << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
}
