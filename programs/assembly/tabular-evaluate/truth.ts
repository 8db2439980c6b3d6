import { allocate } from "../shared/memory";
import { formatSingle } from "../shared/numbers";
import { Column, Table } from "../shared/table";

export const MISSING: i32 = -1;
export const UNKNOWN: i32 = -2;

/** Address of each row's true class as an index into `classes`, MISSING, or UNKNOWN where the model has no such class. */
export function readTruth(table: Table, column: Column, classes: string[]): usize {
  const truth = allocate(<usize>table.rows << 2);
  const classOfWord: i32[] = [];
  for (let i = 0; i < column.dictionary.length; i++) classOfWord.push(classOf(column.dictionary[i], classes));
  const classOfNumber = new Map<f32, i32>();
  for (let i = 0; i < table.rows; i++) {
    const offset = <usize>i << 2;
    let label = MISSING;
    if (column.isNumber) {
      const value = load<f32>(column.start + offset) + 0;
      if (value == value) {
        if (!classOfNumber.has(value)) classOfNumber.set(value, classOf(formatSingle(value), classes));
        label = classOfNumber.get(value);
      }
    } else {
      const code = load<i32>(column.start + offset);
      if (code >= 0) label = classOfWord[code];
    }
    store<i32>(truth + offset, label);
  }
  return truth;
}

function classOf(word: string, classes: string[]): i32 {
  const index = classes.indexOf(word);
  return index < 0 ? UNKNOWN : index;
}
