import { canonicalJson, equalBytes, utf8 } from '@koinon/protocol';
import { z } from 'zod';
import { type GateReason, gateReasons, type Passed, Withheld, withholdUnless } from './reasons.ts';
import { roundCount, roundLoss, roundRate } from './rounding.ts';
import { hiddenParts } from './suppress.ts';
import { rowsWith, type Vocabulary } from './vocabulary.ts';
import { word } from './word.ts';

/** Value of the group that holds rows without a value, and of the one that holds what may not be told apart. */
export const MISSING_GROUP = '(missing)';
export const SUPPRESSED_GROUP = '(suppressed)';

const METRICS_MAX_BYTES = 256 * 1024;
const count = z.number().int().min(0).max(2_000_000_000);
const rate = z.number().min(0).max(1).nullable();
/** -ln of the least probability the programs use is 34.5. */
const loss = z.number().min(0).max(1000).nullable();
const measures = { accuracy: rate, logLoss: loss, rocAuc: rate, expectedCalibrationError: rate };

const trainingSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal('training'),
  rows: count,
  iterations: z.number().int().min(0).max(1_000_000),
  converged: z.boolean(),
  logLoss: loss,
  accuracy: rate,
  classes: z.array(z.strictObject({ label: word, rows: count })).max(64),
});
const evaluationSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal('evaluation'),
  rows: count,
  classes: z.array(word).max(64),
  overall: z.strictObject({ rows: count, ...measures }),
  groups: z
    .array(z.strictObject({ column: word, value: word, rows: count.nullable(), ...measures }))
    .max(4096),
});
const metricsSchema = z.discriminatedUnion('kind', [trainingSchema, evaluationSchema]);
type Training = z.infer<typeof trainingSchema>;
type Evaluation = z.infer<typeof evaluationSchema>;
type Group = Evaluation['groups'][number];

export interface MetricsRule {
  minGroupRows: number;
  vocabulary: Vocabulary | undefined;
  /** True when names are held against the vocabulary, false when only their form is checked. */
  checksNames: boolean;
}

/** `metrics.json` as it may leave: known members only, small groups gone, numbers rounded, written canonically. */
export function passMetrics(bytes: Uint8Array, rule: MetricsRule): Passed {
  withholdUnless(bytes.length <= METRICS_MAX_BYTES, gateReasons.sizeCap);
  const metrics = parseMetrics(bytes);
  withholdUnless(metrics.rows >= rule.minGroupRows, gateReasons.tooFewRows);
  const { vocabulary } = rule;
  withholdUnless(vocabulary === undefined || metrics.rows <= vocabulary.rows, gateReasons.inconsistent);
  const suppressed =
    metrics.kind === 'training' ? withoutClasses(metrics, rule) : withoutGroups(metrics, rule);
  const rounded =
    metrics.kind === 'training' ? roundTraining(metrics, suppressed) : roundEvaluation(metrics, suppressed);
  const released = utf8.encode(canonicalJson(rounded));
  const reasons: GateReason[] = [];
  if (suppressed.isCut) reasons.push(gateReasons.suppressedGroups);
  // Compared as values, so that rounding is named apart from a mere difference of spelling.
  if (canonicalJson(rounded) !== canonicalJson({ ...metrics, ...suppressed.kept }))
    reasons.push(gateReasons.rounded);
  if (reasons.length === 0 && !equalBytes(released, bytes)) reasons.push(gateReasons.canonicalForm);
  return { bytes: released, reasons };
}

function parseMetrics(bytes: Uint8Array): Training | Evaluation {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new Withheld(gateReasons.schema);
  }
  const parsed = metricsSchema.safeParse(json);
  withholdUnless(parsed.success, gateReasons.schema);
  return parsed.data;
}

interface Suppressed<T> {
  kept: T;
  isCut: boolean;
}

function withoutClasses(metrics: Training, rule: MetricsRule): Suppressed<Pick<Training, 'classes'>> {
  const classes = [...metrics.classes].sort((a, b) => compare(a.label, b.label));
  requireUnique(classes.map(({ label }) => label));
  requireKnownClasses(
    classes.map(({ label }) => label),
    rule,
  );
  requireSum(classes, metrics.rows);
  const hidden = hiddenParts(classes, metrics.rows, rule.minGroupRows);
  return { kept: { classes: classes.filter((_, i) => !hidden[i]) }, isCut: hidden.includes(true) };
}

function withoutGroups(
  metrics: Evaluation,
  rule: MetricsRule,
): Suppressed<Pick<Evaluation, 'groups' | 'classes'>> {
  withholdUnless(metrics.overall.rows === metrics.rows, gateReasons.inconsistent);
  requireUnique(metrics.classes);
  requireKnownClasses(metrics.classes, rule);
  const columns = new Map<string, Group[]>();
  for (const group of metrics.groups) {
    requireKnownGroup(group, rule);
    columns.set(group.column, [...(columns.get(group.column) ?? []), group]);
  }
  const groups: Group[] = [];
  let isCut = false;
  for (const [column, listed] of [...columns].sort(([a], [b]) => compare(a, b))) {
    requireUnique(listed.map(({ value }) => value));
    const parts = listed
      .filter(group => group.value !== SUPPRESSED_GROUP)
      .map(group => {
        withholdUnless(group.rows !== null, gateReasons.schema);
        return { ...group, rows: group.rows };
      })
      .sort((a, b) => compare(a.value, b.value));
    requireSum(parts, metrics.rows);
    const hidden = hiddenParts(parts, metrics.rows, rule.minGroupRows);
    const visible = parts.filter((_, i) => !hidden[i]);
    groups.push(...visible);
    const rest = metrics.rows - visible.reduce((sum, part) => sum + part.rows, 0);
    if (rest > 0) groups.push(suppressedGroup(column, rest < rule.minGroupRows ? null : rest));
    isCut ||= hidden.includes(true);
  }
  return { kept: { groups, classes: [...metrics.classes].sort(compare) }, isCut };
}

/** What is left of a column once its visible groups are taken away: a count where it is large enough, no measures. */
function suppressedGroup(column: string, rows: number | null): Group {
  const none = { accuracy: null, logLoss: null, rocAuc: null, expectedCalibrationError: null };
  return { column, value: SUPPRESSED_GROUP, rows, ...none };
}

function roundTraining(metrics: Training, { kept }: { kept: object }): unknown {
  const { classes } = kept as Pick<Training, 'classes'>;
  return {
    ...metrics,
    logLoss: rounded(metrics.logLoss, roundLoss),
    accuracy: rounded(metrics.accuracy, roundRate),
    classes: classes.map(({ label, rows }) => ({ label, rows: roundCount(rows) })),
  };
}

function roundEvaluation(metrics: Evaluation, { kept }: { kept: object }): unknown {
  const { groups, classes } = kept as Pick<Evaluation, 'groups' | 'classes'>;
  return {
    ...metrics,
    classes,
    overall: roundMeasures(metrics.overall),
    groups: groups.map(group => ({ ...roundMeasures(group), rows: rounded(group.rows, roundCount) })),
  };
}

function roundMeasures<T extends Pick<Group, keyof typeof measures>>(from: T): T {
  return {
    ...from,
    accuracy: rounded(from.accuracy, roundRate),
    logLoss: rounded(from.logLoss, roundLoss),
    rocAuc: rounded(from.rocAuc, roundRate),
    expectedCalibrationError: rounded(from.expectedCalibrationError, roundRate),
  };
}

function rounded(value: number | null, round: (value: number) => number): number | null {
  return value === null ? null : round(value);
}

function requireKnownClasses(labels: readonly string[], { vocabulary, checksNames }: MetricsRule): void {
  if (!checksNames) return;
  const target = vocabulary?.target;
  withholdUnless(target !== undefined, gateReasons.unknownName);
  for (const label of labels) {
    const isKnown = target.type === 'category' ? target.words.includes(label) : rowsWith(target, label) > 0;
    withholdUnless(isKnown, gateReasons.unknownName);
  }
}

function requireKnownGroup({ column, value }: Group, { vocabulary, checksNames }: MetricsRule): void {
  if (!checksNames) return;
  const known = vocabulary?.columns.get(column);
  const isKnown =
    known?.type === 'category' &&
    (value === MISSING_GROUP || value === SUPPRESSED_GROUP || known.words.includes(value));
  withholdUnless(isKnown, gateReasons.unknownName);
}

function requireUnique(words: readonly string[]): void {
  withholdUnless(new Set(words).size === words.length, gateReasons.schema);
}

function requireSum(parts: readonly { rows: number }[], total: number): void {
  const sum = parts.reduce((rows, part) => rows + part.rows, 0);
  withholdUnless(sum <= total, gateReasons.inconsistent);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
