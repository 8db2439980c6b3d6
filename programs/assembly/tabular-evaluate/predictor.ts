import { BAD_INPUT, fail } from "../shared/fail";
import { allocate, allocateFloats } from "../shared/memory";
import { LinearModel } from "./linearModel";
import { Predictions } from "./predictions";
import { Part } from "./tensor";

/** Rows predicted together; their scores stay in the first-level cache. */
const BLOCK: i32 = 256;
/** Turning a score into a probability costs as much as so many cells. */
const COLUMNS_OF_A_SCORE: i32 = 8;

/**
 * Predicts every row of a table as onnxruntime does: numbers are imputed and scaled as f32, the softmax is over f32.
 * Only the sums within a score are f64, since the order in which onnxruntime adds differs between its builds.
 */
export class Predictor {
  predictions: Predictions;
  /** Work done so far, in cells visited. */
  visited: i64 = 0;
  private from: i32 = 0;
  private scores: usize;
  /** Column by column one weight per class, so that a cell meets its weights side by side. */
  private weights: usize;
  private slots: usize[] = [];

  constructor(
    private model: LinearModel,
    private rows: i32,
  ) {
    const classes = model.classes.length;
    const probabilities = allocate(<usize>min<u64>(<u64>rows * (<u64>classes << 2), u32.MAX_VALUE));
    this.predictions = new Predictions(model.classes, rows, probabilities, allocate(<usize>rows << 2));
    this.scores = allocateFloats(BLOCK * classes);
    const width = model.coefficients.length / classes;
    this.weights = allocateFloats(width * classes);
    for (let k = 0; k < classes; k++) {
      for (let j = 0; j < width; j++) {
        store<f64>(this.weights + (<usize>(j * classes + k) << 3), model.coefficients[k * width + j]);
      }
    }
    for (let i = 0; i < model.parts.length; i++) this.slots.push(copySlots(model.parts[i]));
  }

  isDone(): bool {
    return this.from == this.rows;
  }

  /** Predicts the next rows, at most `BLOCK`. */
  advance(): void {
    const model = this.model;
    const classes = model.classes.length;
    const count = min(BLOCK, this.rows - this.from);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < classes; k++) store<f64>(this.scores + (<usize>(i * classes + k) << 3), model.intercepts[k]);
    }
    let own = this.weights;
    const rowBytes = <usize>classes << 3;
    for (let j = 0; j < model.parts.length; j++) {
      const part = model.parts[j];
      const cells = part.column.start + (<usize>this.from << 2);
      if (part.column.isNumber) addNumbers(this.scores, rowBytes, cells, count, part.fill, part.offset, part.scale, own);
      else addWords(this.scores, rowBytes, cells, count, this.slots[j], part.slots.length - 1, own);
      own += rowBytes * part.width;
    }
    for (let i = 0; i < count; i++) this.softmax(this.from + i, this.scores + rowBytes * i);
    this.from += count;
    this.visited += <i64>count * classes * (COLUMNS_OF_A_SCORE + model.parts.length);
  }

  private softmax(row: i32, scores: usize): void {
    const classes = this.model.classes.length;
    const to = this.predictions.at(row);
    let label = 0;
    let largest = <f32>load<f64>(scores);
    for (let k = 1; k < classes; k++) {
      const score = <f32>load<f64>(scores + (<usize>k << 3));
      if (!(score > largest)) continue;
      largest = score;
      label = k;
    }
    let sum: f32 = 0;
    for (let k = 0; k < classes; k++) {
      const part = Mathf.exp(<f32>load<f64>(scores + (<usize>k << 3)) - largest);
      sum += part;
      store<f32>(to + (<usize>k << 2), part);
    }
    if (!isFinite(sum)) fail(BAD_INPUT, `the scores of row ${row} are too large for the model's numbers`);
    for (let k = 0; k < classes; k++) store<f32>(to + (<usize>k << 2), load<f32>(to + (<usize>k << 2)) / sum);
    this.predictions.setLabel(row, label);
  }
}

function copySlots(part: Part): usize {
  const slots = allocate(<usize>part.slots.length << 2);
  for (let i = 0; i < part.slots.length; i++) store<i32>(slots + (<usize>i << 2), part.slots[i]);
  return slots;
}

function addNumbers(
  scores: usize,
  rowBytes: usize,
  cells: usize,
  count: i32,
  fill: f32,
  offset: f32,
  scale: f32,
  weights: usize,
): void {
  for (let i = 0; i < count; i++) {
    const cell = load<f32>(cells + (<usize>i << 2));
    const value = <f64>(((cell == cell ? cell : fill) - offset) * scale);
    for (let k: usize = 0; k < rowBytes; k += 8) {
      const at = scores + rowBytes * i + k;
      store<f64>(at, load<f64>(at) + value * load<f64>(weights + k));
    }
  }
}

/** `missing` is the place of a missing cell's slot among the `slots`. */
function addWords(scores: usize, rowBytes: usize, cells: usize, count: i32, slots: usize, missing: i32, weights: usize): void {
  for (let i = 0; i < count; i++) {
    const code = load<i32>(cells + (<usize>i << 2));
    const slot = load<i32>(slots + (<usize>(code < 0 ? missing : code) << 2));
    if (slot < 0) continue;
    for (let k: usize = 0; k < rowBytes; k += 8) {
      const at = scores + rowBytes * i + k;
      store<f64>(at, load<f64>(at) + load<f64>(weights + rowBytes * slot + k));
    }
  }
}
