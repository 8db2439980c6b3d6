import type { Passport } from '@koinon/protocol';
import { type Check, checkerFor, failed, ok, skipped } from '../check.ts';
import { NO_MANIFEST } from '../job/context.ts';
import { firstWrong } from '../job/facts.ts';
import { readManifest } from '../readManifest.ts';
import type { Sources } from '../sources.ts';
import { short } from '../words.ts';
import { checkMeasuring } from './checkMeasuring.ts';
import type { PublicEvaluation } from './jobsOf.ts';
import { inputCid, outputCid } from './manifestParts.ts';

const TABLE = 'table.safetensors';
const PREDICTIONS = 'predictions.safetensors';

/** That this model made the predictions, on the rows the passport names. */
export async function* checkPredictions(
  passport: Passport,
  { predictions, data }: PublicEvaluation,
  sources: Sources,
): AsyncGenerator<Check> {
  const predicting = await readManifest(predictions.evidence, sources);
  const check = checkerFor(predictions.name);

  yield await check('link.model', 'The predictions were made by this model.', () => {
    if (!predicting) return skipped(NO_MANIFEST);
    return predicting.executor === 'onnx' && predicting.program === passport.model
      ? ok(`${short(passport.model)}.`)
      : failed(`They were made by ${short(predicting.program)}.`, 'Another model was judged in its place.');
  });
  yield await check(
    'link.rows',
    'The predictions were made on the public rows that the passport names.',
    () => {
      if (!predicting) return skipped(NO_MANIFEST);
      const rows = inputCid(predicting, TABLE);
      return rows === data && predicting.inputs.length === 1
        ? ok(`${short(data)}.`)
        : failed(
            `They were made on ${rows ? short(rows) : 'others'}.`,
            'The model was judged on other rows.',
          );
    },
  );
}

/** That those predictions are what was measured, for the right column, by a known program. */
export async function* checkMetrics(
  passport: Passport,
  { predictions, metrics, data }: PublicEvaluation,
  sources: Sources,
): AsyncGenerator<Check> {
  const measuring = await readManifest(metrics.evidence, sources);
  const check = checkerFor(metrics.name);

  yield await check(
    'link.predictions',
    'The metrics were measured on these predictions and these rows.',
    () => {
      if (!measuring) return skipped(NO_MANIFEST);
      const predicted = outputCid(predictions.evidence, PREDICTIONS);
      const wrong = firstWrong([
        [predicted !== undefined, 'there are no predictions'],
        [inputCid(measuring, PREDICTIONS) === predicted, 'other predictions were measured'],
        [inputCid(measuring, TABLE) === data, 'they were compared with other rows'],
        [measuring.inputs.length === 2, 'something else went in too'],
      ]);
      return wrong
        ? failed(`No: ${wrong}.`, 'The numbers are not those of this model on these rows.')
        : ok(`${short(predicted!)} against ${short(data)}.`);
    },
  );
  yield* checkMeasuring(passport, metrics, sources);
}
