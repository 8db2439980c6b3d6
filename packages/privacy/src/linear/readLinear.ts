import type { PublicColumn } from '@koinon/protocol';
import { gateReasons, withholdUnless } from '../gate/reasons.ts';
import type { Setting } from '../gate/setting.ts';
import { readModel } from '../onnx/modelFile.ts';
import { type Classifier, followGraph, type Meaning } from './followGraph.ts';
import {
  EXPONENT_MAX,
  INTERCEPT_MAX,
  type LinearFacts,
  slotsOf,
  stepsOf,
  WEIGHT_MAX,
} from './linearFacts.ts';

/** Largest model that is read, bytes; one over 10,000 one-hot columns and 64 classes has 4 MiB. */
export const MODEL_MAX_BYTES = 8 * 2 ** 20;

/** Most scores of a model: a file that could be read again has four bytes for each. */
const SCORES_MAX = MODEL_MAX_BYTES / 4;
/** Most additions that working out the scores may take: four for each coefficient that a file can have. */
const ADDITIONS_MAX = 2 ** 22;

/** Scores of a linear model over the features: by class, then by slot, with the intercept first. */
export type Scores = readonly Float64Array[];

/**
 * The facts of a model that a program wrote as an ONNX file. How its graph is laid out, how often a column stands in it and
 * in which order, what its parts are called and how it is spelled is no fact, and neither is what fills a missing cell.
 * Throws `Withheld` where it is no linear model of exactly these classes over these features or some of them.
 */
export function readLinear(bytes: Uint8Array, setting: Setting): LinearFacts & { isClipped: boolean } {
  return onGrid(readScores(bytes, setting.target.dictionary, setting.features), setting.policy.weightBits);
}

/** Reads a model without rounding it. Throws `Withheld`. */
export function readScores(
  bytes: Uint8Array,
  classes: readonly string[],
  features: readonly PublicColumn[],
): Scores {
  withholdUnless(bytes.length <= MODEL_MAX_BYTES, gateReasons.sizeCap);
  const model = readModel(bytes);
  const known = new Map(features.map(column => [column.name, column]));
  for (const { name, element, shape } of model.inputs) {
    const column = known.get(name);
    withholdUnless(column !== undefined, gateReasons.unknownName);
    withholdUnless(column.type === (element === 'float' ? 'number' : 'category'), gateReasons.unknownName);
    withholdUnless(shape.length === 2 && shape[0] === undefined && shape[1] === 1, gateReasons.unknownClass);
  }
  return scoresOf(followGraph(model), classes, features);
}

function scoresOf(
  { classes: labels, coefficients, intercepts, columns }: Classifier,
  classes: readonly string[],
  features: readonly PublicColumn[],
): Scores {
  const rows = new Map(labels.map((label, row) => [label, row]));
  withholdUnless(
    labels.length === classes.length && classes.every(word => rows.has(word)),
    gateReasons.unknownName,
  );
  const size = 1 + slotsOf(features);
  withholdUnless(classes.length * size <= SCORES_MAX, gateReasons.tooManyValues);
  const budget = { additions: ADDITIONS_MAX };
  const slots = slotsByColumn(features, budget);
  const scores = classes.map(() => new Float64Array(size));
  const order = classes.map(word => rows.get(word)!);
  for (const [k, row] of order.entries()) scores[k]![0] = intercepts[row]!;
  for (const [i, symbol] of columns.entries()) {
    const places = slots(symbol);
    budget.additions -= places.length * classes.length;
    withholdUnless(budget.additions >= 0, gateReasons.tooManyValues);
    for (const [k, row] of order.entries()) {
      const coefficient = coefficients[row * columns.length + i]!;
      for (const { at, factor } of places) scores[k]![at]! += coefficient * factor;
    }
  }
  withholdUnless(
    scores.every(each => each.every(Number.isFinite)),
    gateReasons.notFinite,
  );
  return scores;
}

/** A score's part that a column of the classifier adds to: the intercept at 0, or a slot past it. */
interface Place {
  at: number;
  factor: number;
}

/** Where a column of the classifier, however it was made, adds to scores in units of the table's own columns. */
function slotsByColumn(
  features: readonly PublicColumn[],
  budget: { additions: number },
): (symbol: Meaning) => readonly Place[] {
  let next = 1;
  const slots = new Map(
    features.map(column => {
      const at = next;
      next += column.type === 'number' ? 1 : column.dictionary.length;
      return [column.name, { column, at }];
    }),
  );
  const byEncoder = new Map<ReadonlyMap<string, bigint>, Map<bigint, Place[]>>();
  return symbol => {
    const { column, at } = slots.get(symbol.column)!;
    if (symbol.kind === 'number' && column.type === 'number') {
      const { centre, unit } = column.grid;
      return [
        { at, factor: symbol.factor * unit },
        // The file has the centre as a float32, and a rebuilt one must read as the same facts again.
        { at: 0, factor: symbol.factor * Math.fround(centre) + symbol.shift },
      ];
    }
    if (symbol.kind !== 'flag' || column.type === 'number') return [];
    let places = byEncoder.get(symbol.codes);
    if (places === undefined) {
      budget.additions -= column.dictionary.length;
      withholdUnless(budget.additions >= 0, gateReasons.tooManyValues);
      places = new Map();
      for (const [i, word] of column.dictionary.entries()) {
        const code = symbol.codes.get(word) ?? symbol.others;
        const sharing = places.get(code);
        if (sharing === undefined) places.set(code, [{ at: at + i, factor: 1 }]);
        else sharing.push({ at: at + i, factor: 1 });
      }
      byEncoder.set(symbol.codes, places);
    }
    return places.get(symbol.code) ?? [];
  };
}

/** Rounds to the grid; the exponent is the least with which no level is past the last, or the greatest. */
function onGrid(scores: Scores, weightBits: number): LinearFacts & { isClipped: boolean } {
  const steps = stepsOf(weightBits);
  const relative = scores.slice(1).map(each => each.map((score, i) => score - scores[0]![i]!));
  let exponent = 0;
  const levelOf = (value: number, i: number): number =>
    Math.floor((value / ((i === 0 ? INTERCEPT_MAX : WEIGHT_MAX) * 2 ** exponent)) * steps + 0.5);
  const fits = (values: Float64Array) => values.every((value, i) => Math.abs(levelOf(value, i)) <= steps);
  while (exponent < EXPONENT_MAX && !relative.every(fits)) exponent++;
  const levels = relative.map(values =>
    // Adding 0 makes of minus zero the one zero there is.
    Array.from(values, (value, i) => Math.max(-steps, Math.min(steps, levelOf(value, i))) + 0),
  );
  return {
    exponent,
    intercepts: levels.map(([intercept]) => intercept!),
    weights: levels.map(([, ...weights]) => weights),
    isClipped: !relative.every(fits),
  };
}
