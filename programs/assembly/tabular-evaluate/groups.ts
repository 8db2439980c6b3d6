import { allocate } from "../shared/memory";
import { Column } from "../shared/table";
import { Section } from "./section";

const MISSING_VALUE: string = "(missing)";
const SUPPRESSED_VALUE: string = "(suppressed)";

/**
 * Appends one section per value of `column`, in dictionary order, missing cells last. Values in fewer than
 * `minGroupRows` of the chosen rows are put together without measures; so is the smallest other value while what was
 * put together is itself below the minimum, since it could be had by subtraction.
 */
export function addGroups(sections: Section[], column: Column, rows: usize, count: i32, minGroupRows: i32): void {
  const values = column.dictionary.length + 1;
  const sizes = new Array<i32>(values).fill(0);
  for (let i = 0; i < count; i++) sizes[groupOf(column, rows, i)] += 1;
  const hidden = chooseHidden(sizes, minGroupRows);

  const starts: i32[] = [];
  const next: i32[] = [];
  let place = 0;
  for (let value = 0; value < values; value++) {
    starts.push(place);
    next.push(place);
    place += sizes[value];
  }
  const grouped = allocate(<usize>count << 2);
  for (let i = 0; i < count; i++) {
    const value = groupOf(column, rows, i);
    store<i32>(grouped + (<usize>next[value] << 2), load<i32>(rows + (<usize>i << 2)));
    next[value] += 1;
  }

  let hiddenRows = 0;
  for (let value = 0; value < values; value++) {
    if (hidden[value]) hiddenRows += sizes[value];
    else if (sizes[value] > 0) {
      const name = value < column.dictionary.length ? column.dictionary[value] : MISSING_VALUE;
      sections.push(new Section(grouped + (<usize>starts[value] << 2), sizes[value], column.name, name));
    }
  }
  if (hiddenRows > 0) {
    sections.push(new Section(0, 0, column.name, SUPPRESSED_VALUE, hiddenRows < minGroupRows ? NaN : hiddenRows));
  }
}

function groupOf(column: Column, rows: usize, index: i32): i32 {
  const row = load<i32>(rows + (<usize>index << 2));
  const code = load<i32>(column.start + (<usize>row << 2));
  return code < 0 ? column.dictionary.length : code;
}

function chooseHidden(sizes: i32[], minGroupRows: i32): bool[] {
  const hidden: bool[] = [];
  let hiddenRows = 0;
  for (let value = 0; value < sizes.length; value++) {
    const isSmall = sizes[value] > 0 && sizes[value] < minGroupRows;
    hidden.push(isSmall);
    if (isSmall) hiddenRows += sizes[value];
  }
  while (hiddenRows > 0 && hiddenRows < minGroupRows) {
    let smallest = -1;
    for (let value = 0; value < sizes.length; value++) {
      if (hidden[value] || sizes[value] == 0) continue;
      if (smallest < 0 || sizes[value] < sizes[smallest]) smallest = value;
    }
    if (smallest < 0) break;
    hidden[smallest] = true;
    hiddenRows += sizes[smallest];
  }
  return hidden;
}
