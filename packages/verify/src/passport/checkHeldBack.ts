import type { Passport } from '@koinon/protocol';
import { type Check, checkerFor, failed, ok, skipped } from '../check.ts';
import { NO_MANIFEST } from '../job/context.ts';
import { firstWrong } from '../job/facts.ts';
import { readManifest } from '../readManifest.ts';
import type { Sources } from '../sources.ts';
import { list, short } from '../words.ts';
import { checkMeasuring } from './checkMeasuring.ts';
import type { HeldBackEvaluation } from './jobsOf.ts';

/**
 * That this model, and nothing else, was measured on the rows held back from its training. Nobody outside can replay it: who
 * may, and did, stands with the job's own checks.
 */
export async function* checkHeldBack(
  passport: Passport,
  { heldBack, metrics }: HeldBackEvaluation,
  sources: Sources,
): AsyncGenerator<Check> {
  const measuring = await readManifest(metrics.evidence, sources);
  const check = checkerFor(metrics.name);

  yield await check('link.model', 'The model that was measured is this one, and no other.', () => {
    if (!measuring) return skipped(NO_MANIFEST);
    const { model } = passport;
    const others = measuring.inputs.flatMap(({ source }) => ('cid' in source ? [source.cid] : []));
    const measured = measuring.inputs.flatMap(({ source }) =>
      'candidate' in source ? [source.candidate] : [],
    );
    const wrong = firstWrong([
      [measured.length > 0, 'no model was given to be measured'],
      [measured.every(each => each === model), `${list(measured.map(short))} was measured`],
      [others.length === 0, 'something else went in too'],
    ]);
    return wrong
      ? failed(`No: ${wrong}.`, 'The numbers are not those of this model.')
      : ok(`${short(model)}.`);
  });
  yield await check(
    'link.rows',
    'It was measured on rows of the same dataset that were held back from training.',
    () => {
      if (!measuring) return skipped(NO_MANIFEST);
      const used = measuring.inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset] : []));
      const named = passport.datasets.find(({ id }) => id === heldBack);
      const wrong = firstWrong([
        [named !== undefined, `the model was not trained on dataset ${heldBack}`],
        [
          used.length === 1 && used[0]!.id === heldBack,
          `other rows were read than those of dataset ${heldBack}`,
        ],
        [used[0]?.contentRoot === named?.contentRoot, 'the dataset had other content than in training'],
        [used[0]?.rows === 'held-back', 'the rows are those it was trained on'],
        [
          metrics.evidence.order.message.provider === named?.custodian,
          'it ran elsewhere than at the custodian',
        ],
      ]);
      return wrong
        ? failed(
            `No: ${wrong}.`,
            'A model does well on rows it has seen; how it does on others, nobody has shown.',
          )
        : ok(`Rows held back, of dataset ${heldBack}, at its custodian ${short(named!.custodian)}.`);
    },
  );
  yield* checkMeasuring(passport, metrics, sources);
}
