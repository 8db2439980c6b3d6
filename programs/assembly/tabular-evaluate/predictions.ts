import { BAD_INPUT, fail } from "../shared/fail";
import { JsonKind } from "../shared/json";
import { MAX_CLASSES } from "../shared/labels";
import { readSafetensors } from "../shared/safetensors";

/** What a model said of each row: a probability per class, each from 0 to 1, and the class it chose. */
export class Predictions {
  constructor(
    public classes: string[],
    public rows: i32,
    private probabilities: usize,
    private labels: usize,
  ) {}

  // @ts-ignore: decorator
  @inline
  probability(row: i32, k: i32): f32 {
    return load<f32>(this.probabilities + (<usize>(row * this.classes.length + k) << 2));
  }

  /** Address of the row's probabilities, class by class. */
  at(row: i32): usize {
    return this.probabilities + (<usize>(row * this.classes.length) << 2);
  }

  setLabel(row: i32, label: i32): void {
    store<i32>(this.labels + (<usize>row << 2), label);
  }

  // @ts-ignore: decorator
  @inline
  label(row: i32): i32 {
    return load<i32>(this.labels + (<usize>row << 2));
  }
}

/** Reads and checks a predictions file for `rows` rows. */
export function readPredictions(path: string, rows: i32): Predictions {
  const file = readSafetensors(path);
  const list = file.metadataJson("koinon.predictions").get("classes");
  if (list === null || list.kind != JsonKind.Array || list.items.length < 2 || list.items.length > MAX_CLASSES) {
    fail(BAD_INPUT, `${path} does not list 2 to ${MAX_CLASSES} classes`);
    return unreachable();
  }
  const classes: string[] = [];
  for (let k = 0; k < list.items.length; k++) {
    const item = list.items[k];
    if (item.kind != JsonKind.String || classes.includes(item.text)) fail(BAD_INPUT, `the classes of ${path} are not distinct texts`);
    classes.push(item.text);
  }
  if (!file.tensors.has("probabilities") || !file.tensors.has("label") || file.tensors.size != 2) {
    fail(BAD_INPUT, `${path} must hold the tensors "probabilities" and "label"`);
  }
  const probabilities = file.tensors.get("probabilities");
  const labels = file.tensors.get("label");
  if (!probabilities.is("F32", rows, classes.length) || !labels.is("I32", rows)) {
    fail(BAD_INPUT, `${path} does not hold predictions of ${classes.length} classes for the ${rows} rows of the table`);
  }
  for (let i = 0; i < rows * classes.length; i++) {
    const value = load<f32>(probabilities.start + (<usize>i << 2));
    if (!(value >= 0 && value <= 1)) fail(BAD_INPUT, `${path} has a probability outside 0 to 1 in row ${i / classes.length}`);
  }
  for (let i = 0; i < rows; i++) {
    const label = load<i32>(labels.start + (<usize>i << 2));
    if (label < 0 || label >= classes.length) fail(BAD_INPUT, `${path} has the label ${label} in row ${i}, outside its classes`);
  }
  return new Predictions(classes, rows, probabilities.start, labels.start);
}
