import type { PublishQuery } from '@koinon/api';
import { KoinonError, type Policy } from '@koinon/protocol';
import type { StatedRanges } from '@koinon/tabular';

export function policyOf(
  query: PublishQuery,
  { token, maxRunMs }: Pick<Policy, 'token' | 'maxRunMs'>,
): Omit<Policy, 'koinon'> {
  const { minGroupRows, weightBits, ratePermille, groups, candidates, maxUses, amount, maxFuel } = query;
  return {
    minGroupRows,
    outputs: { model: 1, metrics: 1, evaluation: 1 },
    weightBits,
    ratePermille,
    groups,
    opaqueBits: 0,
    publicInputs: [],
    candidates,
    bits: {
      job: query.bitsPerJob,
      requesterYear: query.bitsPerRequesterYear,
      year: query.bitsPerYear,
      total: query.bitsTotal,
    },
    maxUses,
    token,
    amount,
    dryRunAmount: query.dryRunAmount ?? amount / 10n,
    auditors: [query.auditor],
    maxFuel,
    maxRunMs,
  };
}

/** Ranges from `name=low:high`, one of each name. Throws `K_TABLE_RANGE`. */
export function rangesOf(texts: readonly string[]): StatedRanges {
  const ranges = new Map<string, readonly [number, number]>();
  for (const text of texts) {
    const [, name, low, high] = /^(.+)=([^=:]+):([^=:]+)$/.exec(text) ?? [];
    if (name === undefined || ranges.has(name) || !isNumber(low) || !isNumber(high)) {
      throw new KoinonError({
        code: 'K_TABLE_RANGE',
        message: `"${text.slice(0, 80)}" states no range, or a second one.`,
        fault: 'user',
        next: 'State each once, for example age=0:120.',
      });
    }
    ranges.set(name, [Number(low), Number(high)]);
  }
  return Object.fromEntries(ranges);
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '' && Number.isFinite(Number(text));
}
