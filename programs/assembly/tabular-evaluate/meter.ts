import { allocateFloats } from "../shared/memory";
import { Predictions } from "./predictions";
import { RocAuc } from "./rocAuc";
import { Section } from "./section";

const LEAST_PROBABILITY: f64 = 1e-15;
/** What a pass over the rows costs for each of them, in cells. */
const CELLS_OF_A_LOSS: i32 = 14;
const CELLS_OF_A_SORT: i32 = 18;

/** Measures sections one pass over their rows after the other, so that a step can end between two. */
export class Meter {
  /** Work done so far, in cells visited. */
  visited: i64 = 0;
  private rocAuc: RocAuc;
  /** Per bin: rows, rows predicted right, sum of confidences. */
  private bins: usize;
  private next: i32 = 0;
  /** Class whose area comes next; -1 where the other measures do. */
  private nextClass: i32 = -1;
  private areas: f64 = 0;
  private measuredClasses: i32 = 0;

  constructor(
    private predictions: Predictions,
    private truth: usize,
    private binCount: i32,
    private sections: Section[],
  ) {
    this.rocAuc = new RocAuc(predictions, truth);
    this.bins = allocateFloats(3 * binCount);
  }

  isDone(): bool {
    return this.next == this.sections.length;
  }

  advance(): void {
    const section = this.sections[this.next];
    if (section.count == 0) {
      this.next++;
    } else if (this.nextClass < 0) {
      this.measure(section);
      this.nextClass = this.predictions.classes.length == 2 ? 1 : 0;
    } else {
      this.addArea(section);
    }
  }

  /**
   * Log loss takes probabilities no smaller than 1e-15; a row whose class the model does not know is wrong and has
   * that probability. The confidence of a row is its largest probability; bin b holds (b / bins, (b + 1) / bins]
   * (Guo et al. 2017, section 2).
   */
  private measure(section: Section): void {
    const classes = this.predictions.classes.length;
    memory.fill(this.bins, 0, <usize>(3 * this.binCount) << 3);
    let right: f64 = 0;
    let lossSum: f64 = 0;
    for (let i = 0; i < section.count; i++) {
      const row = load<i32>(section.start + (<usize>i << 2));
      const label = load<i32>(this.truth + (<usize>row << 2));
      const isRight: f64 = this.predictions.label(row) == label ? 1 : 0;
      right += isRight;
      const probability = label < 0 ? 0 : <f64>this.predictions.probability(row, label);
      lossSum -= Math.log(max(probability, LEAST_PROBABILITY));
      let confidence: f64 = 0;
      for (let k = 0; k < classes; k++) confidence = max(confidence, <f64>this.predictions.probability(row, k));
      const bin = max(0, <i32>Math.ceil(confidence * this.binCount) - 1);
      const at = this.bins + (<usize>(3 * bin) << 3);
      store<f64>(at, load<f64>(at) + 1);
      store<f64>(at, load<f64>(at, 8) + isRight, 8);
      store<f64>(at, load<f64>(at, 16) + confidence, 16);
    }
    section.measures.accuracy = right / section.count;
    section.measures.logLoss = lossSum / section.count;
    section.measures.expectedCalibrationError = this.calibration(section.count);
    this.visited += <i64>section.count * (CELLS_OF_A_LOSS + classes);
  }

  /** Mean over the rows of the gap between confidence and accuracy of the row's bin. */
  private calibration(count: i32): f64 {
    let gaps: f64 = 0;
    for (let bin = 0; bin < this.binCount; bin++) {
      const at = this.bins + (<usize>(3 * bin) << 3);
      gaps += abs(load<f64>(at, 8) - load<f64>(at, 16));
    }
    return gaps / count;
  }

  /**
   * The area under the curve. Two classes: of the second one. More: the mean over the classes that some rows have
   * and some lack. NaN where no class qualifies.
   */
  private addArea(section: Section): void {
    const area = this.rocAuc.oneClass(this.nextClass, section.start, section.count);
    this.visited += <i64>section.count * CELLS_OF_A_SORT;
    if (!isNaN(area)) {
      this.areas += area;
      this.measuredClasses++;
    }
    if (++this.nextClass < this.predictions.classes.length) return;
    if (this.measuredClasses > 0) section.measures.rocAuc = this.areas / this.measuredClasses;
    this.areas = 0;
    this.measuredClasses = 0;
    this.nextClass = -1;
    this.next++;
  }
}
