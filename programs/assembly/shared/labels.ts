import { CANNOT_COMPUTE, fail } from "./fail";
import { allocate } from "./memory";
import { formatSingle } from "./numbers";
import { Column, Table } from "./table";

export const MAX_CLASSES: i32 = 64;

/** The target of each row as an index into `classes`, -1 where it is missing. */
export class Labels {
  classes: string[] = [];
  /** Rows of each class. */
  counts: i32[] = [];
  constructor(public codes: usize) {}
}

/**
 * The classes that occur in `column`: those of a category in dictionary order, the distinct values of a number in
 * ascending order, written as the shortest decimal. Ends the program past 64 classes.
 */
export function readLabels(table: Table, column: Column): Labels {
  return column.isNumber ? numberLabels(table, column) : categoryLabels(table, column);
}

function categoryLabels(table: Table, column: Column): Labels {
  const words = column.dictionary.length;
  const rowsOf = new Array<i32>(words).fill(0);
  for (let i = 0; i < table.rows; i++) {
    const code = load<i32>(column.start + (<usize>i << 2));
    if (code >= 0) rowsOf[code] += 1;
  }
  const labels = new Labels(allocate(<usize>table.rows << 2));
  const classOf = new Array<i32>(words).fill(-1);
  for (let word = 0; word < words; word++) {
    if (rowsOf[word] == 0) continue;
    classOf[word] = labels.classes.length;
    labels.classes.push(column.dictionary[word]);
    labels.counts.push(rowsOf[word]);
  }
  refuseTooMany(column.name, labels.classes.length);
  for (let i = 0; i < table.rows; i++) {
    const code = load<i32>(column.start + (<usize>i << 2));
    store<i32>(labels.codes + (<usize>i << 2), code < 0 ? -1 : classOf[code]);
  }
  return labels;
}

function numberLabels(table: Table, column: Column): Labels {
  const values: f32[] = [];
  for (let i = 0; i < table.rows; i++) {
    const value = load<f32>(column.start + (<usize>i << 2)) + 0;
    if (value != value) continue;
    const place = lowerBound(values, value);
    if (place < values.length && values[place] == value) continue;
    values.push(value);
    for (let k = values.length - 1; k > place; k--) values[k] = values[k - 1];
    values[place] = value;
    refuseTooMany(column.name, values.length);
  }
  const labels = new Labels(allocate(<usize>table.rows << 2));
  for (let k = 0; k < values.length; k++) {
    labels.classes.push(formatSingle(values[k]));
    labels.counts.push(0);
  }
  for (let i = 0; i < table.rows; i++) {
    const value = load<f32>(column.start + (<usize>i << 2)) + 0;
    const code = value != value ? -1 : lowerBound(values, value);
    if (code >= 0) labels.counts[code] += 1;
    store<i32>(labels.codes + (<usize>i << 2), code);
  }
  return labels;
}

function lowerBound(values: f32[], value: f32): i32 {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function refuseTooMany(name: string, count: i32): void {
  if (count <= MAX_CLASSES) return;
  fail(CANNOT_COMPUTE, `target "${name}" has more than ${MAX_CLASSES} classes; a number with many values cannot be a target`);
}
