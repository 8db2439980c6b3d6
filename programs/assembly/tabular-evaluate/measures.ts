import { JsonWriter } from "../shared/jsonWriter";
import { allocateFloats } from "../shared/memory";
import { Predictions } from "./predictions";
import { RocAuc } from "./rocAuc";

const LEAST_PROBABILITY: f64 = 1e-15;

/** How good the predictions of some rows are; NaN for what cannot be computed. */
export class Measures {
  constructor(
    public rows: i32,
    public accuracy: f64 = NaN,
    public logLoss: f64 = NaN,
    public rocAuc: f64 = NaN,
    public expectedCalibrationError: f64 = NaN,
  ) {}

  write(json: JsonWriter): void {
    json.key("accuracy").number(this.accuracy).key("logLoss").number(this.logLoss);
    json.key("rocAuc").number(this.rocAuc);
    json.key("expectedCalibrationError").number(this.expectedCalibrationError);
  }
}

/** Measures any list of rows that have a target. */
export class Meter {
  private rocAuc: RocAuc;
  /** Per bin: rows, rows predicted right, sum of confidences. */
  private bins: usize;

  constructor(
    private predictions: Predictions,
    private truth: usize,
    private binCount: i32,
  ) {
    this.rocAuc = new RocAuc(predictions, truth);
    this.bins = allocateFloats(3 * binCount);
  }

  /**
   * Log loss takes probabilities no smaller than 1e-15; a row whose class the model does not know is wrong and has
   * that probability. The confidence of a row is its largest probability; bin b holds (b / bins, (b + 1) / bins]
   * (Guo et al. 2017, section 2).
   */
  over(rows: usize, count: i32): Measures {
    const classes = this.predictions.classes.length;
    memory.fill(this.bins, 0, <usize>(3 * this.binCount) << 3);
    let right: f64 = 0;
    let lossSum: f64 = 0;
    for (let i = 0; i < count; i++) {
      const row = load<i32>(rows + (<usize>i << 2));
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
    return new Measures(count, right / count, lossSum / count, this.rocAuc.over(rows, count), this.calibration(count));
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
}
