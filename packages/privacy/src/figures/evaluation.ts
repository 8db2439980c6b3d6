import { canonicalJson, utf8 } from '@koinon/protocol';
import type { Outcomes } from '../bound/outcomes.ts';
import { gateReasons, withholdUnless } from '../gate/reasons.ts';
import type { Setting, WordColumn } from '../gate/setting.ts';
import type { TableCounts } from '../gate/tableCounts.ts';
import { type Level, lossLevel, lossOf, lossOutcomes, rateLevel, rateOf, rateOutcomes } from './figures.ts';
import { isObject, readObject } from './readObject.ts';

/** Value of the group of rows without a value. */
const MISSING_GROUP = '(missing)';

/** The four measures of a model over some rows. */
export interface Measures {
  accuracy: Level;
  logLoss: Level;
  rocAuc: Level;
  expectedCalibrationError: Level;
}

/** What an evaluation says: measures over all rows, and over each group that job and policy name, in a fixed order. */
export interface EvaluationFacts {
  overall: Measures;
  groups: readonly Measures[];
}

const NONE: Measures = { accuracy: null, logLoss: null, rocAuc: null, expectedCalibrationError: null };

/**
 * Reads the measures a program wrote. The gate counts the rows of each group itself: below the policy's minimum, or where
 * a difference would speak of fewer, a group has no measures. Throws `Withheld` for what is no JSON object and for tests
 * over fewer rows than the minimum.
 */
export function readEvaluation(
  bytes: Uint8Array,
  setting: Setting,
  counts: TableCounts,
): EvaluationFacts & { isCut: boolean } {
  const { policy, groups } = setting;
  const json = readObject(bytes);
  withholdUnless(counts.labelledRows >= policy.minGroupRows, gateReasons.tooFewRows);
  const told = new Map<string, unknown>();
  for (const group of Array.isArray(json['groups']) ? json['groups'] : []) {
    if (!isObject(group) || typeof group['column'] !== 'string' || typeof group['value'] !== 'string')
      continue;
    told.set(keyOf(group['column'], group['value']), group);
  }
  let isCut = false;
  const read = groups.flatMap(column => {
    const hidden = counts.hidden(column, policy.minGroupRows);
    isCut ||= hidden.includes(true);
    return valuesOf(column).map((value, i) =>
      hidden[i] === true ? NONE : readMeasures(told.get(keyOf(column.name, value)), policy.ratePermille),
    );
  });
  return { overall: readMeasures(json['overall'], policy.ratePermille), groups: read, isCut };
}

/** The one file for these facts. No group has a count: how many rows it has is not public. */
export function writeEvaluation(facts: EvaluationFacts, setting: Setting): Uint8Array {
  const { policy, target, groups, approximateRows } = setting;
  const names = groups.flatMap(column => valuesOf(column).map(value => ({ column: column.name, value })));
  return utf8.encode(
    canonicalJson({
      version: 1,
      kind: 'evaluation',
      rows: approximateRows,
      classes: target.dictionary,
      overall: { rows: approximateRows, ...written(facts.overall, policy.ratePermille) },
      groups: facts.groups.map((measures, i) => ({
        ...names[i]!,
        rows: null,
        ...written(measures, policy.ratePermille),
      })),
    }),
  );
}

export function evaluationOutcomes({ policy, groups }: Setting): Outcomes {
  const measures = rateOutcomes(policy.ratePermille).repeated(3).and(lossOutcomes());
  return measures.repeated(1 + groups.reduce((sum, column) => sum + valuesOf(column).length, 0));
}

/** The groups of a column: its words in their order, and rows without one. */
function valuesOf(column: WordColumn): string[] {
  return [...column.dictionary, MISSING_GROUP];
}

function keyOf(column: string, value: string): string {
  return JSON.stringify([column, value]);
}

function readMeasures(value: unknown, permille: number): Measures {
  if (!isObject(value)) return NONE;
  return {
    accuracy: rateLevel(value['accuracy'], permille),
    logLoss: lossLevel(value['logLoss']),
    rocAuc: rateLevel(value['rocAuc'], permille),
    expectedCalibrationError: rateLevel(value['expectedCalibrationError'], permille),
  };
}

function written(measures: Measures, permille: number): Record<keyof Measures, number | null> {
  return {
    accuracy: rateOf(measures.accuracy, permille),
    logLoss: lossOf(measures.logLoss),
    rocAuc: rateOf(measures.rocAuc, permille),
    expectedCalibrationError: rateOf(measures.expectedCalibrationError, permille),
  };
}
