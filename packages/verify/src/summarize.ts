import type { Check } from './check.ts';
import { count } from './words.ts';

export interface Summary {
  /** `failed` when any check failed; `ok` otherwise, whatever was skipped. */
  state: 'ok' | 'failed';
  ok: number;
  failed: number;
  skipped: number;
  /** The whole in one sentence. */
  sentence: string;
}

/** What a list of checks comes to. No checks at all is no success. */
export function summarize(checks: readonly Check[]): Summary {
  const of = (state: Check['state']) => checks.filter(check => check.state === state).length;
  const numbers = { ok: of('ok'), failed: of('failed'), skipped: of('skipped') };
  const total = count(checks.length, 'check');
  if (checks.length === 0 || numbers.failed > 0) {
    const wrong = checks.length === 0 ? 'Nothing was checked.' : `${numbers.failed} of ${total} failed.`;
    return { state: 'failed', ...numbers, sentence: `${wrong} Do not rely on this.` };
  }
  const left = numbers.skipped > 0 ? ` ${numbers.skipped} could not be made here; each says why.` : '';
  return { state: 'ok', ...numbers, sentence: `Nothing wrong in ${count(numbers.ok, 'check')}.${left}` };
}
