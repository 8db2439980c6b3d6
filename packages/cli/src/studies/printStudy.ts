import { z } from 'zod';
import type { StudyRecord, StudyStep } from '../api/answers.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { facts } from '../terminal/table.ts';

const resultOf = <S extends z.ZodType>(
  steps: readonly StudyStep[],
  name: string,
  schema: S,
): z.output<S> | undefined => {
  const step = steps.find(candidate => candidate.name === name && candidate.status === 'done');
  return step && schema.parse(step.result);
};

/** The files a study's last job let out, by name. */
export function outputsOf(steps: readonly StudyStep[]): Array<{ name: string; cid: string; size: number }> {
  const outputs = z.object({
    outputs: z.array(z.object({ name: z.string(), cid: z.string(), size: z.number() })),
  });
  return resultOf(steps, 'run.receipt', outputs)?.outputs ?? [];
}

/** What a study came to: the model and how to ask it, or the files of a job. */
export function printStudy(
  surroundings: Surroundings,
  { study, steps }: { study: StudyRecord; steps: StudyStep[] },
  extra: { files?: string[] } = {},
): void {
  const served = resultOf(steps, 'served', z.object({ name: z.string(), version: z.number() }));
  const model = resultOf(steps, 'model', z.object({ model: z.string() }))?.model;
  const passport = resultOf(steps, 'passport', z.object({ passport: z.string() }))?.passport;
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
