import { allocateFloats } from "../shared/memory";
import { Objective } from "./objective";

const MEMORY: i32 = 20;
const MAX_TRIALS: i32 = 40;
const SUFFICIENT_DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
const ROUNDING: f64 = 1e-12;

/**
 * Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4) with the weak Wolfe line search
 * of Lewis and Overton (Nonsmooth optimization via quasi-Newton methods, algorithm 4.6), scaled by the curvature at the start.
 */
export class Solver {
  weights: usize;
  private iterations: i32 = 0;
  isConverged: bool = false;
  private isStuck: bool = false;
  private value: f64 = 0;
  private gradient: usize;
  private trial: usize;
  private trialGradient: usize;
  private direction: usize;
  private curvature: usize;
  private steps: usize;
  private changes: usize;
  private products: StaticArray<f64> = new StaticArray<f64>(MEMORY);
  private factors: StaticArray<f64> = new StaticArray<f64>(MEMORY);
  private pairs: i32 = 0;

  constructor(
    private objective: Objective,
    private tolerance: f64,
    private maxIterations: i32,
  ) {
    const n = objective.size;
    this.weights = allocateFloats(n);
    this.gradient = allocateFloats(n);
    this.trial = allocateFloats(n);
    this.trialGradient = allocateFloats(n);
    this.direction = allocateFloats(n);
    this.curvature = allocateFloats(n);
    this.steps = allocateFloats(n * MEMORY);
    this.changes = allocateFloats(n * MEMORY);
    objective.start(this.weights, this.curvature);
    this.value = objective.evaluate(this.weights, this.gradient);
    this.isConverged = largest(this.gradient, n) <= tolerance;
  }

  /** Room for a gradient nobody needs. */
  get spare(): usize {
    return this.trialGradient;
  }

  /** Whether there is nothing more to do. */
  isDone(): bool {
    return this.isConverged || this.isStuck || this.iterations >= this.maxIterations;
  }

  /** One iteration. */
  advance(): void {
    const n = this.objective.size;
    this.chooseDirection();
    let slope = product(this.gradient, this.direction, n);
    if (!(slope < 0)) {
      this.isStuck = true;
      return;
    }
    if (!this.search(slope)) {
      this.isStuck = true;
      return;
    }
    this.iterations++;
    this.isConverged = largest(this.gradient, n) <= this.tolerance;
  }

  private chooseDirection(): void {
    const n = this.objective.size;
    const direction = this.direction;
    const curvature = this.curvature;
    const held = min(this.pairs, MEMORY);
    copyScaled(direction, this.gradient, -1, n);
    for (let back = 1; back <= held; back++) {
      const slot = (this.pairs - back) % MEMORY;
      const factor = product(this.step(slot), direction, n) / this.products[slot];
      this.factors[slot] = factor;
      addMultiple(direction, this.change(slot), -factor, n);
    }
    let scale: f64 = 1;
    if (held > 0) {
      const newest = (this.pairs - 1) % MEMORY;
      const change = this.change(newest);
      let weighted: f64 = 0;
      for (let i = 0; i < n; i++) weighted += (at(change, i) * at(change, i)) / at(curvature, i);
      scale = this.products[newest] / weighted;
    }
    for (let i = 0; i < n; i++) put(direction, i, (scale * at(direction, i)) / at(curvature, i));
    for (let back = held; back >= 1; back--) {
      const slot = (this.pairs - back) % MEMORY;
      const factor = product(this.change(slot), direction, n) / this.products[slot];
      addMultiple(direction, this.step(slot), this.factors[slot] - factor, n);
    }
  }

  /** Moves to a point of sufficient decrease and curvature along the direction; false where rounding allows none. */
  private search(slope: f64): bool {
    const n = this.objective.size;
    let low: f64 = 0;
    let high: f64 = Infinity;
    let length: f64 = 1;
    for (let trial = 0; trial < MAX_TRIALS; trial++) {
      copyScaled(this.trial, this.weights, 1, n);
      addMultiple(this.trial, this.direction, length, n);
      const value = this.objective.evaluate(this.trial, this.trialGradient);
      const trialSlope = product(this.trialGradient, this.direction, n);
      if (!this.isDecrease(value, length, slope, trialSlope)) high = length;
      else if (trialSlope < CURVATURE * slope) low = length;
      else {
        this.accept(value);
        return true;
      }
      length = high == Infinity ? 2 * length : 0.5 * (low + high);
    }
    return false;
  }

  /**
   * Whether the value fell enough; close to the optimum, where rounding hides the fall, whether the slope says so
   * (Hager and Zhang, A new conjugate gradient method with guaranteed descent, condition 2.8).
   */
  private isDecrease(value: f64, length: f64, slope: f64, trialSlope: f64): bool {
    if (value <= this.value + SUFFICIENT_DECREASE * length * slope) return true;
    return value <= this.value + ROUNDING * abs(this.value) && trialSlope <= (2 * SUFFICIENT_DECREASE - 1) * slope;
  }

  private accept(value: f64): void {
    const n = this.objective.size;
    const slot = this.pairs % MEMORY;
    const step = this.step(slot);
    const change = this.change(slot);
    copyScaled(step, this.trial, 1, n);
    addMultiple(step, this.weights, -1, n);
    copyScaled(change, this.trialGradient, 1, n);
    addMultiple(change, this.gradient, -1, n);
    const bend = product(step, change, n);
    if (bend > 0) {
      this.products[slot] = bend;
      this.pairs++;
    }
    const weights = this.weights;
    this.weights = this.trial;
    this.trial = weights;
    const gradient = this.gradient;
    this.gradient = this.trialGradient;
    this.trialGradient = gradient;
    this.value = value;
  }

  private step(slot: i32): usize {
    return this.steps + (<usize>(slot * this.objective.size) << 3);
  }
  private change(slot: i32): usize {
    return this.changes + (<usize>(slot * this.objective.size) << 3);
  }
}

// @ts-ignore: decorator
@inline
function at(vector: usize, index: i32): f64 {
  return load<f64>(vector + (<usize>index << 3));
}

// @ts-ignore: decorator
@inline
function put(vector: usize, index: i32, value: f64): void {
  store<f64>(vector + (<usize>index << 3), value);
}

function copyScaled(to: usize, from: usize, factor: f64, n: i32): void {
  for (let i = 0; i < n; i++) put(to, i, factor * at(from, i));
}

function product(a: usize, b: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += at(a, i) * at(b, i);
  return sum;
}

function addMultiple(to: usize, from: usize, factor: f64, n: i32): void {
  for (let i = 0; i < n; i++) put(to, i, at(to, i) + factor * at(from, i));
}

function largest(vector: usize, n: i32): f64 {
  let most: f64 = 0;
  for (let i = 0; i < n; i++) most = max(most, abs(at(vector, i)));
  return most;
}
