import { type AssuranceTerms, assuranceTermsSchema, REPLICAS_MAX } from '@koinon/protocol';
import { usageError } from '../terminal/usageError.ts';

export interface AssuranceOptions {
  assurance?: string;
  replicas?: string;
  comparator?: string;
  auditRate?: string;
}

const NUMBER = '\\d+(\\.\\d+)?(e[+-]?\\d+)?';
/** The forms of docs/assurance.md; the node reads them and has the last word. */
const COMPARATORS = [
  /^bytes$/,
  new RegExp(`^allclose:${NUMBER},${NUMBER}$`, 'i'),
  new RegExp(`^metric:[^.,]+(\\.[^.,]+)*,${NUMBER}$`, 'i'),
  /^program:0x[0-9a-f]{64}$/i,
];
const KINDS = ['none', 'redundant', 'replay', 'outcome'];

/** How the result is to be checked; undefined where nothing was asked for. Throws `K_USAGE`. */
export function parseAssurance(options: AssuranceOptions): AssuranceTerms | undefined {
  const { replicas, comparator, auditRate } = options;
  const hasTerms = replicas !== undefined || comparator !== undefined;
  const kind = options.assurance ?? (hasTerms ? 'redundant' : auditRate === undefined ? undefined : 'replay');
  if (kind === undefined) return undefined;
  if (!KINDS.includes(kind)) {
    throw usageError(`--assurance cannot be "${kind}".`, `Give one of ${KINDS.join(', ')}.`);
  }
  if (hasTerms && kind !== 'redundant') {
    throw usageError(
      `--${replicas === undefined ? 'comparator' : 'replicas'} goes with --assurance redundant only.`,
      `With "${kind}" one provider does the work, so there is nothing to compare.`,
    );
  }
  if (auditRate !== undefined && kind !== 'replay' && kind !== 'redundant') {
    throw usageError(
      `--audit-rate goes with --assurance replay or redundant.`,
      `With "${kind}" nothing is replayed.`,
    );
  }
  return assuranceTermsSchema.parse({
    kind,
    ...(kind === 'redundant' ? { replicas: parseReplicas(replicas ?? '2') } : {}),
    ...(comparator === undefined ? {} : { comparator: comparatorOf(comparator) }),
    ...(auditRate === undefined ? {} : { auditRatePpm: parseRate(auditRate) }),
  });
}

/** A rate as a share ("0.2") or a percentage ("20%"), in parts per million. Throws `K_USAGE`. */
export function parseRate(text: string): number {
  const isPercent = text.trim().endsWith('%');
  const number = Number(isPercent ? text.trim().slice(0, -1) : text);
  const ppm = Math.round((isPercent ? number / 100 : number) * 1_000_000);
  if (text.trim() !== '' && ppm >= 1 && ppm <= 1_000_000) return ppm;
  throw usageError(
    `--audit-rate cannot be "${text}".`,
    'Give the share of receipts to replay, such as 0.2 or 20%; 1 is all.',
  );
}

function parseReplicas(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2 && value <= REPLICAS_MAX) return value;
  throw usageError(`--replicas cannot be "${text}".`, `Give a whole number from 2 to ${REPLICAS_MAX}.`);
}

/** "metric:overall.accuracy±0.01" is another way to write "metric:overall.accuracy,0.01". */
function comparatorOf(text: string): string {
  const written = text.replace('±', ',');
  if (COMPARATORS.some(form => form.test(written))) return written;
  throw usageError(
    `--comparator cannot be "${text}".`,
    'Give bytes, allclose:RTOL,ATOL, metric:PATH±DELTA such as metric:overall.accuracy±0.01, or program:DIGEST.',
  );
}
