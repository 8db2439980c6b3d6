import { resultOf, type Step, type Study } from '@koinon/api';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { facts } from '../terminal/table.ts';

/** The files a study's last job let out, by name. */
export function outputsOf(steps: readonly Step[]): Array<{ name: string; cid: string; size: number }> {
  const outputs = resultOf(steps, 'receipt', 'run.receipt')?.outputs ?? [];
  return outputs.map(({ name, cid, size }) => ({ name, cid, size }));
}

/** What a study came to: the model and how to ask it, or the files of a job. */
export function printStudy(
  surroundings: Surroundings,
  { study, steps }: { study: Study; steps: Step[] },
  extra: { files?: string[] } = {},
): void {
  const served = resultOf(steps, 'served');
  const model = resultOf(steps, 'model')?.model;
  const passport = resultOf(steps, 'passport')?.passport;
  const outputs = outputsOf(steps);
  const value = {
    study: study.id,
    state: study.state,
    ...(served ? { name: served.name, version: served.version, model, passport } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
    ...extra,
  };
  printResult(surroundings, value, style => {
    if (served) {
      return [
        `${style.green('✓')} ${style.bold(served.name)}, version ${served.version}, is registered and served`,
        facts(
          [
            ['model', model ?? ''],
            ['passport', passport ?? ''],
          ],
          style,
        ),
        '',
        style.dim(`Look at it: koinon models show ${served.name}`),
        style.dim(`Check it yourself: koinon verify ${served.name}`),
      ].join('\n');
    }
    const files = extra.files ?? outputs.map(({ name, cid }) => `${name} ${cid}`);
    return [`${style.green('✓')} study ${study.id} is done`, ...files.map(file => `  ${file}`)].join('\n');
  });
}
