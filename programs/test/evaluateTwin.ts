export interface Measures {
  accuracy: number;
  logLoss: number;
  rocAuc: number | null;
  expectedCalibrationError: number;
}

/**
 * The measures by their definitions: `truth` is a class index, or -1 for a class the model does not know. The area
 * under the curve is the share of pairs of a positive and a negative row in which the positive one scores higher.
 */
export function twinMeasures(
  probabilities: number[][],
  labels: number[],
  truth: number[],
  bins: number,
): Measures {
  const rows = truth.map((_, i) => i);
  const classes = probabilities[0]!.length;
  const right = rows.map(i => (labels[i] === truth[i] ? 1 : 0));
  const losses = rows.map(i => -Math.log(Math.max(probabilities[i]![truth[i]!] ?? 0, 1e-15)));
  const areas = (classes === 2 ? [1] : probabilities[0]!.map((_, k) => k))
    .map(k => {
      const known = rows.filter(i => truth[i]! >= 0);
      const positives = known.filter(i => truth[i] === k).map(i => probabilities[i]![k]!);
      const negatives = known.filter(i => truth[i] !== k).map(i => probabilities[i]![k]!);
      const wins = positives.map(p => mean(negatives.map(n => (p > n ? 1 : p === n ? 0.5 : 0))));
      return mean(wins);
    })
    .filter(area => !Number.isNaN(area));
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const members = rows.filter(i => {
      const confidence = Math.max(...probabilities[i]!) * bins;
      return confidence > bin && confidence <= bin + 1;
    });
    if (members.length === 0) continue;
    const confidence = mean(members.map(i => Math.max(...probabilities[i]!)));
    error += (members.length / rows.length) * Math.abs(mean(members.map(i => right[i]!)) - confidence);
  }
  return {
    accuracy: mean(right),
    logLoss: mean(losses),
    rocAuc: areas.length === 0 ? null : mean(areas),
    expectedCalibrationError: error,
  };
}

function mean(values: number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
