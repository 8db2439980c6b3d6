import type { OnnxFile } from './onnxFile.ts';
import type { TestColumn } from './tableFile.ts';

/** Features of each row as the model defines them, in the order of its coefficients, by the obvious formulas. */
export function twinFeatures(columns: TestColumn[]): number[][] {
  const rows = columns.map(column => ('numbers' in column ? column.numbers : column.words))[0]!.length;
  const features: number[][] = Array.from({ length: rows }, () => []);
  for (const column of columns) {
    if (!('numbers' in column)) continue;
    const cells = column.numbers.map(Math.fround);
    const present = cells.filter(cell => !Number.isNaN(cell));
    const mean = present.length === 0 ? 0 : sum(present) / present.length;
    const filled = cells.map(cell => (Number.isNaN(cell) ? mean : cell));
    const deviation = Math.sqrt(sum(filled.map(cell => (cell - mean) ** 2)) / rows);
    const isConstant = new Set(present).size <= 1;
    for (const [i, cell] of filled.entries()) features[i]!.push((cell - mean) / (isConstant ? 1 : deviation));
  }
  for (const column of columns) {
    if ('numbers' in column) continue;
    const dictionary = [...new Set(column.words.filter(word => word !== null))].sort();
    for (const [i, word] of column.words.entries()) {
      features[i]!.push(...dictionary.map(entry => (entry === word ? 1 : 0)));
    }
  }
  return features;
}

/** Weights of each class (intercept first) that an ONNX file holds. */
export function weightsOf(model: OnnxFile): number[][] {
  const classifier = model.attributes['LinearClassifier']!;
  const intercepts = classifier['intercepts'] as number[];
  const coefficients = classifier['coefficients'] as number[];
  const width = coefficients.length / intercepts.length;
  return intercepts.map((intercept, k) => [intercept, ...coefficients.slice(k * width, (k + 1) * width)]);
}

/** Softmax of the scores. */
export function twinProbabilities(weights: number[][], features: number[][]): number[][] {
  return features.map(row => {
    const scores = weights.map(own => own[0]! + sum(row.map((x, j) => x * own[j + 1]!)));
    const largest = Math.max(...scores);
    const parts = scores.map(score => Math.exp(score - largest));
    return parts.map(part => part / sum(parts));
  });
}

/**
 * Largest slope, over all weights, of the mean log loss plus l2/(2 rows) times the squared weights. At the optimum of
 * this convex function every slope is 0, whatever solver found it.
 */
export function twinLargestSlope(
  weights: number[][],
  features: number[][],
  labels: number[],
  l2: number,
): number {
  const probabilities = twinProbabilities(weights, features);
  const rows = features.length;
  const scorers = weights.length === 2 ? [1] : weights.map((_, k) => k);
  let largest = 0;
  for (const k of scorers) {
    const residuals = probabilities.map((p, i) => p[k]! - (labels[i] === k ? 1 : 0));
    largest = Math.max(largest, Math.abs(sum(residuals) / rows));
    for (let j = 1; j < weights[k]!.length; j++) {
      const slope = sum(residuals.map((r, i) => r * features[i]![j - 1]!)) + l2 * weights[k]![j]!;
      largest = Math.max(largest, Math.abs(slope / rows));
    }
  }
  return largest;
}

/** Mean negative log of the probability of the right class. */
export function twinLogLoss(probabilities: number[][], labels: number[]): number {
  return -sum(probabilities.map((p, i) => Math.log(p[labels[i]!]!))) / labels.length;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
