import { bigEndian32, type Manifest, type Policy, sha256, type TableDescription } from '@koinon/protocol';
import { type Measures, writeEvaluation } from '../figures/evaluation.ts';
import { LOSS_VALUES } from '../figures/figures.ts';
import { writeTraining } from '../figures/training.ts';
import { type Setting, settingOf } from '../gate/setting.ts';
import { slotsOf, stepsOf } from '../linear/linearFacts.ts';
import { writeLinear } from '../linear/writeLinear.ts';

/** The files a job with these terms declares, as the gate writes them, their facts drawn from a seed. */
export function drawFiles(
  terms: { policy: Policy; manifest: Manifest; description: TableDescription },
  seed: Uint8Array,
): Map<string, Uint8Array> {
  const setting = settingOf(terms.policy, terms.manifest, terms.description);
  if ('none' in setting) throw new Error(setting.none);
  let drawn = 0;
  const below = (count: number) => sha256(seed, bigEndian32(drawn++))[0]! % count;
  return new Map(
    terms.manifest.outputs.map(output => {
      if (output.class === 'table') throw new Error('A table leaves as it is.');
      return [output.name, drawFile[output.class](setting, below)];
    }),
  );
}

type Below = (count: number) => number;

const drawFile = {
  model: (setting: Setting, below: Below) => {
    const steps = stepsOf(setting.policy.weightBits);
    const level = () => below(2 * steps + 1) - steps;
    const classes = setting.target.dictionary.slice(1);
    const slots = slotsOf(setting.features);
    return writeLinear(
      {
        exponent: 0,
        intercepts: classes.map(level),
        weights: classes.map(() => Array.from({ length: slots }, level)),
      },
      setting,
    );
  },
  metrics: (setting: Setting, below: Below) => {
    const { logLoss, accuracy } = measures(setting, below);
    return writeTraining({ converged: below(2) === 1, logLoss, accuracy }, setting);
  },
  evaluation: (setting: Setting, below: Below) =>
    writeEvaluation(
      {
        overall: measures(setting, below),
        groups: setting.groups.flatMap(({ dictionary }) =>
          Array.from({ length: dictionary.length + 1 }, () => measures(setting, below)),
        ),
      },
      setting,
    ),
};

function measures({ policy }: Setting, below: Below): Measures {
  const rate = () => below(Math.floor(1000 / policy.ratePermille) + 1);
  return {
    accuracy: rate(),
    logLoss: below(LOSS_VALUES.length),
    rocAuc: rate(),
    expectedCalibrationError: rate(),
  };
}
