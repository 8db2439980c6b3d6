import type { Passport } from '@koinon/protocol';
import { type Check, checkerFor, failed, ok, skipped } from '../check.ts';
import { NO_MANIFEST } from '../job/context.ts';
import { readManifest } from '../readManifest.ts';
import type { Sources } from '../sources.ts';
import { short } from '../words.ts';
import type { NamedJob } from './jobsOf.ts';
import { programDigest } from './manifestParts.ts';

/** That what was measured is what the model was trained for, by a program that measures right. */
export async function* checkMeasuring(
  passport: Passport,
  metrics: NamedJob,
  sources: Sources,
): AsyncGenerator<Check> {
  const measuring = await readManifest(metrics.evidence, sources);
  const training = await readManifest(passport.training, sources);
  const check = checkerFor(metrics.name);

  yield await check(
    'link.target',
    'The metrics are about the column the model was trained to predict.',
    () => {
      if (!measuring || !training) return skipped(NO_MANIFEST);
      const [trained, measured] = [training.params['target'], measuring.params['target']];
      if (typeof trained !== 'string') return skipped('The training does not say which column it predicts.');
      return trained === measured
        ? ok(`“${trained}”.`)
        : failed(
            `Trained for “${trained}”, measured for “${String(measured)}”.`,
            'The numbers are about something else.',
          );
    },
  );
  yield await check(
    'metrics.program',
    'The metrics were measured by a program known to measure right.',
    () => {
      if (!measuring) return skipped(NO_MANIFEST);
      if (!sources.programs) return skipped('No list of known programs is at hand here.');
      const name = sources.programs.get(programDigest(measuring));
      return name === 'tabular-evaluate'
        ? ok(`${name}, ${short(measuring.program)}.`)
        : failed(
            `${short(measuring.program)} is not the evaluation program of this version of Koinon.`,
            'A program of somebody’s own can print any numbers: read it, or verify with the version the evaluation was made with.',
          );
    },
  );
}
