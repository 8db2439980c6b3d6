import type { Check } from '../checker/questions.ts';
import { count } from '../words/format.ts';

const titles: Record<string, string> = {
  passport: 'The passport itself',
  training: 'Training',
  predictions: 'Predictions',
  metrics: 'Metrics',
};

/** The checks by the job they belong to, in the order they came. */
export function checkGroups(checks: readonly Check[]): { title: string; checks: Check[] }[] {
  const groups = new Map<string, Check[]>();
  for (const check of checks) groups.set(check.job, [...(groups.get(check.job) ?? []), check]);
  return [...groups].map(([job, inGroup]) => ({
    title: titles[job] ?? job.charAt(0).toUpperCase() + job.slice(1),
    checks: inGroup,
  }));
}

/** How the checks of one group went, in figures. */
export function groupWords(checks: readonly Check[]): string {
  const of = (wanted: Check['state']) => checks.filter(({ state }) => state === wanted).length;
  const parts = [`${of('ok')} of ${checks.length} correct`];
  if (of('failed') > 0) parts.push(`${of('failed')} wrong`);
  if (of('skipped') > 0) parts.push(`${of('skipped')} not checkable here`);
  return parts.join(', ');
}

/** What all the checks come to. No check at all is no success. */
export function summaryOf(
  checks: readonly Check[],
  failure?: string,
): { state: 'ok' | 'failed'; text: string } {
  const failed = checks.filter(({ state }) => state === 'failed').length;
  const skipped = checks.filter(({ state }) => state === 'skipped').length;
  const passed = checks.length - failed - skipped;
  if (failure !== undefined) return { state: 'failed', text: `The check could not be finished: ${failure}` };
  if (failed > 0) {
    return {
      state: 'failed',
      text: `${count(failed, 'check')} of ${checks.length} failed. Do not rely on this model.`,
    };
  }
  if (passed === 0) return { state: 'failed', text: 'Nothing could be checked.' };
  const rest = skipped === 0 ? '' : ` ${count(skipped, 'check')} could not be made here; each says why.`;
  return { state: 'ok', text: `${count(passed, 'check')} passed.${rest}` };
}
