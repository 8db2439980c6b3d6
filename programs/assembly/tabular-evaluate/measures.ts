import { JsonWriter } from "../shared/jsonWriter";

/** How good the predictions of some rows are; NaN for what cannot be computed. */
export class Measures {
  accuracy: f64 = NaN;
  logLoss: f64 = NaN;
  rocAuc: f64 = NaN;
  expectedCalibrationError: f64 = NaN;

  write(json: JsonWriter): void {
    json.key("accuracy").number(this.accuracy).key("logLoss").number(this.logLoss);
    json.key("rocAuc").number(this.rocAuc);
    json.key("expectedCalibrationError").number(this.expectedCalibrationError);
  }
}
