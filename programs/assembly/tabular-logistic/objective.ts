import { allocateFloats } from "../shared/memory";
import { Labels } from "../shared/labels";
import { Design } from "./design";

/** Rows scored together; their scores stay in the first-level cache. */
const BLOCK: i32 = 256;
/** Turning a score into probability, loss and residual costs as much as so many cells. */
const COLUMNS_OF_A_SCORE: i32 = 8;
/** Bytes between the scores of one row for two neighbouring classes. */
const CLASS_STRIDE: usize = <usize>BLOCK << 3;

/**
 * The function to minimise: mean log loss plus `penalty`/2 times the squared weights, intercepts free.
 * Two classes have one row of weights (the log-odds of the second class), more have one row each.
 */
export class Objective {
  readonly scorers: i32;
  readonly size: i32;
  private scores: usize;
  /** Sum of log losses and number of rows predicted right at the weights last evaluated. */
  lossSum: f64 = 0;
  right: i32 = 0;
  /** Work done so far, in cells visited: 25 to 60 fuel each. */
  visited: i64 = 0;

  constructor(
    private design: Design,
    private labels: Labels,
    private penalty: f64,
  ) {
    this.scorers = labels.classes.length == 2 ? 1 : labels.classes.length;
    this.size = this.scorers * design.stride;
    this.scores = allocateFloats(BLOCK * this.scorers);
  }

  /** Value at `weights`; writes the gradient. Both point at `size` f64. */
  evaluate(weights: usize, gradient: usize): f64 {
    memory.fill(gradient, 0, <usize>this.size << 3);
    this.lossSum = 0;
    this.right = 0;
    const columns = COLUMNS_OF_A_SCORE + this.design.numbers.length + this.design.categories.length;
    this.visited += <i64>this.design.rows * this.scorers * columns;
    for (let from = 0; from < this.design.rows; from += BLOCK) {
      const count = min(BLOCK, this.design.rows - from);
      this.score(weights, from, count);
      if (this.scorers == 1) this.twoClassResiduals(from, count);
      else this.manyClassResiduals(from, count);
      this.collect(gradient, from, count);
    }
    return this.lossSum / this.design.rows + this.regularise(weights, gradient);
  }

  /** Writes weights that predict each class as often as it occurs, and the curvature along each weight there. */
  start(weights: usize, curvature: usize): void {
    memory.fill(weights, 0, <usize>this.size << 3);
    memory.fill(curvature, 0, <usize>this.size << 3);
    for (let k = 0; k < this.scorers; k++) {
      const offset = <usize>(k * this.design.stride) << 3;
      const share = <f64>this.labels.counts[this.scorers == 1 ? 1 : k] / this.design.rows;
      store<f64>(weights + offset, Math.log(this.scorers == 1 ? share / (1 - share) : share));
      this.startCurvature(curvature + offset, share * (1 - share));
    }
  }

  /** Numbers have a mean square of one; a category word has the share of its rows. */
  private startCurvature(own: usize, variance: f64): void {
    const design = this.design;
    for (let i = 0; i <= design.numbers.length; i++) store<f64>(own + (<usize>i << 3), variance);
    for (let j = 0; j < design.categories.length; j++) {
      const slots = own + (<usize>design.slots[j] << 3);
      for (let row = 0; row < design.rows; row++) {
        const at = slots + (<usize>load<i32>(design.categories[j].start + (<usize>row << 2)) << 3);
        store<f64>(at, load<f64>(at) + variance / design.rows);
      }
    }
    for (let i = 1; i < design.stride; i++) {
      const at = own + (<usize>i << 3);
      const value = load<f64>(at) + this.penalty;
      store<f64>(at, value > 0 ? value : 1);
    }
  }

  /** Fills `scores`, class by class, with intercept plus weighted features of `count` rows. */
  private score(weights: usize, from: i32, count: i32): void {
    const design = this.design;
    for (let k = 0; k < this.scorers; k++) {
      const scores = this.scores + (<usize>(k * BLOCK) << 3);
      const own = weights + (<usize>(k * design.stride) << 3);
      const intercept = load<f64>(own);
      for (let i = 0; i < count; i++) store<f64>(scores + (<usize>i << 3), intercept);
      for (let j = 0; j < design.numbers.length; j++) {
        const cells = design.numbers[j].start + (<usize>from << 2);
        addScaled(scores, cells, load<f64>(own + (<usize>j << 3), 8), count);
      }
      for (let j = 0; j < design.categories.length; j++) {
        const codes = design.categories[j].start + (<usize>from << 2);
        addGathered(scores, codes, own + (<usize>design.slots[j] << 3), count);
      }
    }
  }

  /** Adds to the gradient what the residuals, left in `scores`, say. */
  private collect(gradient: usize, from: i32, count: i32): void {
    const design = this.design;
    for (let k = 0; k < this.scorers; k++) {
      const residuals = this.scores + (<usize>(k * BLOCK) << 3);
      const own = gradient + (<usize>(k * design.stride) << 3);
      let sum: f64 = 0;
      for (let i = 0; i < count; i++) sum += load<f64>(residuals + (<usize>i << 3));
      store<f64>(own, load<f64>(own) + sum);
      for (let j = 0; j < design.numbers.length; j++) {
        const at = own + (<usize>(j + 1) << 3);
        const cells = design.numbers[j].start + (<usize>from << 2);
        store<f64>(at, load<f64>(at) + dot(residuals, cells, count));
      }
      for (let j = 0; j < design.categories.length; j++) {
        const codes = design.categories[j].start + (<usize>from << 2);
        scatter(residuals, codes, own + (<usize>design.slots[j] << 3), count);
      }
    }
  }

  /** Score m of the second class: loss log(1 + e^m) - y m, residual sigmoid(m) - y. */
  private twoClassResiduals(from: i32, count: i32): void {
    // Members are read once: in a loop each reading costs more than the arithmetic.
    const codes = this.labels.codes + (<usize>from << 2);
    const scores = this.scores;
    let lossSum = this.lossSum;
    let right = this.right;
    for (let i = 0; i < count; i++) {
      const at = scores + (<usize>i << 3);
      const label = load<i32>(codes + (<usize>i << 2));
      const score = load<f64>(at);
      const small = Math.exp(-abs(score));
      lossSum += Math.log1p(small) + (label == 0 ? max(score, 0) : max(-score, 0));
      const certain = 1 / (1 + small);
      const probability = score >= 0 ? certain : small * certain;
      right += i32((score > 0 ? 1 : 0) == label);
      store<f64>(at, probability - label);
    }
    this.lossSum = lossSum;
    this.right = right;
  }

  private manyClassResiduals(from: i32, count: i32): void {
    const codes = this.labels.codes + (<usize>from << 2);
    const scores = this.scores;
    const pastLast = <usize>(this.scorers * BLOCK) << 3;
    let lossSum = this.lossSum;
    let right = this.right;
    for (let i = 0; i < count; i++) {
      const first = scores + (<usize>i << 3);
      const end = first + pastLast;
      const own = first + (<usize>(load<i32>(codes + (<usize>i << 2)) * BLOCK) << 3);
      let largest = load<f64>(first);
      let best = first;
      for (let at = first + CLASS_STRIDE; at < end; at += CLASS_STRIDE) {
        if (load<f64>(at) <= largest) continue;
        largest = load<f64>(at);
        best = at;
      }
      right += i32(best == own);
      lossSum += largest - load<f64>(own);
      let sum: f64 = 0;
      for (let at = first; at < end; at += CLASS_STRIDE) {
        const part = Math.exp(load<f64>(at) - largest);
        sum += part;
        store<f64>(at, part);
      }
      lossSum += Math.log(sum);
      for (let at = first; at < end; at += CLASS_STRIDE) store<f64>(at, load<f64>(at) / sum);
      store<f64>(own, load<f64>(own) - 1);
    }
    this.lossSum = lossSum;
    this.right = right;
  }

  /** Divides the gradient by the rows, adds the penalty's part, and pins the slots of missing categories. */
  private regularise(weights: usize, gradient: usize): f64 {
    const design = this.design;
    const stride = design.stride;
    const rows: f64 = design.rows;
    const penalty = this.penalty;
    let squares: f64 = 0;
    for (let k = 0; k < this.scorers; k++) {
      const base = <usize>(k * stride) << 3;
      store<f64>(gradient + base, load<f64>(gradient + base) / rows);
      for (let i = 1; i < stride; i++) {
        const offset = base + (<usize>i << 3);
        const weight = load<f64>(weights + offset);
        squares += weight * weight;
        store<f64>(gradient + offset, load<f64>(gradient + offset) / rows + penalty * weight);
      }
      for (let j = 0; j < design.slots.length; j++) store<f64>(gradient + base + (<usize>design.slots[j] << 3), 0);
    }
    return 0.5 * penalty * squares;
  }
}

/** scores[i] += weight * cells[i], f64 += f64 * f32. */
function addScaled(scores: usize, cells: usize, weight: f64, count: i32): void {
  const weights = f64x2.splat(weight);
  const scoresEnd = scores + (<usize>(count & ~3) << 3);
  while (scores < scoresEnd) {
    const four = v128.load(cells);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 1));
    v128.store(scores, f64x2.add(v128.load(scores), f64x2.mul(weights, low)));
    v128.store(scores, f64x2.add(v128.load(scores, 16), f64x2.mul(weights, high)), 16);
    scores += 32;
    cells += 16;
  }
  for (let i = 0; i < (count & 3); i++) {
    const at = scores + (<usize>i << 3);
    store<f64>(at, load<f64>(at) + weight * <f64>load<f32>(cells + (<usize>i << 2)));
  }
}

/** Sum of residuals[i] * cells[i]. */
function dot(residuals: usize, cells: usize, count: i32): f64 {
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  const end = residuals + (<usize>(count & ~3) << 3);
  while (residuals < end) {
    const four = v128.load(cells);
    even = f64x2.add(even, f64x2.mul(v128.load(residuals), f64x2.promote_low_f32x4(four)));
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 1));
    odd = f64x2.add(odd, f64x2.mul(v128.load(residuals, 16), high));
    residuals += 32;
    cells += 16;
  }
  const both = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (let i = 0; i < (count & 3); i++) {
    sum += load<f64>(residuals + (<usize>i << 3)) * <f64>load<f32>(cells + (<usize>i << 2));
  }
  return sum;
}

/** scores[i] += slots[codes[i]]. */
function addGathered(scores: usize, codes: usize, slots: usize, count: i32): void {
  const end = scores + (<usize>count << 3);
  while (scores < end) {
    store<f64>(scores, load<f64>(scores) + load<f64>(slots + (<usize>load<i32>(codes) << 3)));
    scores += 8;
    codes += 4;
  }
}

/** slots[codes[i]] += residuals[i]. */
function scatter(residuals: usize, codes: usize, slots: usize, count: i32): void {
  const end = residuals + (<usize>count << 3);
  while (residuals < end) {
    const slot = slots + (<usize>load<i32>(codes) << 3);
    store<f64>(slot, load<f64>(slot) + load<f64>(residuals));
    residuals += 8;
    codes += 4;
  }
}
