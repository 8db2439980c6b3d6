import { canonicalJson, utf8 } from '@koinon/protocol';
import { Outcomes } from '../bound/outcomes.ts';
import type { Setting } from '../gate/setting.ts';
import { type Level, lossLevel, lossOf, lossOutcomes, rateLevel, rateOf, rateOutcomes } from './figures.ts';
import { readObject } from './readObject.ts';

/** What a program may tell of its own training: three figures of its own, no counts. */
export interface TrainingFacts {
  converged: boolean;
  logLoss: Level;
  accuracy: Level;
}

/** Throws `Withheld` for what is no JSON object; a figure that cannot be read is none. */
export function readTraining(bytes: Uint8Array, { policy }: Setting): TrainingFacts {
  const { converged, logLoss, accuracy } = readObject(bytes);
  return {
    converged: converged === true,
    logLoss: lossLevel(logLoss),
    accuracy: rateLevel(accuracy, policy.ratePermille),
  };
}

/** The one file for these facts; rows and classes are the dataset's public ones. */
export function writeTraining(
  facts: TrainingFacts,
  { policy, target, approximateRows }: Setting,
): Uint8Array {
  return utf8.encode(
    canonicalJson({
      version: 2,
      kind: 'training',
      rows: approximateRows,
      classes: target.dictionary,
      converged: facts.converged,
      logLoss: lossOf(facts.logLoss),
      accuracy: rateOf(facts.accuracy, policy.ratePermille),
    }),
  );
}

export function trainingOutcomes({ policy }: Setting): Outcomes {
  return Outcomes.of(2).and(lossOutcomes()).and(rateOutcomes(policy.ratePermille));
}
