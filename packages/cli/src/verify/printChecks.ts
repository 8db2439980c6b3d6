import { type Check, summarize } from '@koinon/verify';
import type { Surroundings } from '../commands/surroundings.ts';
import { styleFor } from '../terminal/style.ts';
import { printable } from '../terminal/table.ts';

/** Prints checks under the name of their job as they come, and the whole in one sentence at the end. */
export function checkPrinter(
  { stdout, environment }: Pick<Surroundings, 'stdout' | 'environment'>,
  options: { details: boolean },
): { print(check: Check): void; finish(checks: readonly Check[]): void } {
  const style = styleFor(stdout, environment);
  const marks = { ok: style.green('✓'), failed: style.red('✗'), skipped: style.dim('–') };
  const say = (line: string) => stdout.write(`${line}\n`);
  let job: string | undefined;
  return {
    print: check => {
      if (check.job !== job) {
        job = check.job;
        say(`\n${style.bold(printable(job))}`);
      }
      say(`  ${marks[check.state]} ${printable(check.title)}`);
      const detail = printable(check.detail);
      if (check.state === 'failed') say(`      ${style.red(detail)}`);
      else if (check.state === 'skipped' || options.details) say(`      ${style.dim(detail)}`);
      for (const note of check.notes ?? []) say(`      ${printable(note)}`);
    },
    finish: checks => {
      const { state, sentence } = summarize(checks);
      say(`\n${state === 'ok' ? marks.ok : marks.failed} ${style.bold(sentence)}`);
    },
  };
}
