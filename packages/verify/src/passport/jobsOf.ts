import type { Cid, JobEvidence, Passport } from '@koinon/protocol';

/** A job of a passport with the word it goes by. */
export interface NamedJob {
  name: string;
  evidence: JobEvidence;
}

export interface NamedEvaluation {
  predictions: NamedJob;
  metrics: NamedJob;
  data: Cid;
}

/** The word for the n-th job of a kind, counting from 0. */
function nth(word: string, index: number): string {
  return index === 0 ? word : `${word} ${index + 1}`;
}

export function evaluationsOf(passport: Passport): NamedEvaluation[] {
  return passport.evaluations.map(({ predictions, metrics, data }, i) => ({
    predictions: { name: nth('predictions', i), evidence: predictions },
    metrics: { name: nth('metrics', i), evidence: metrics },
    data,
  }));
}

/** Every job of a passport, from data to judgement. */
export function jobsOf(passport: Passport): NamedJob[] {
  return [
    { name: 'training', evidence: passport.training },
    ...evaluationsOf(passport).flatMap(({ predictions, metrics }) => [predictions, metrics]),
  ];
}
