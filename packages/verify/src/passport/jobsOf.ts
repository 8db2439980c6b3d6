import type { Cid, JobEvidence, Passport } from '@koinon/protocol';

/** A job of a passport with the word it goes by. */
export interface NamedJob {
  name: string;
  evidence: JobEvidence;
}

/** On public rows: predictions, and metrics of them. */
export interface PublicEvaluation {
  predictions: NamedJob;
  metrics: NamedJob;
  data: Cid;
}

/** On rows of a dataset that were held back from training: one job, at the custodian. */
export interface HeldBackEvaluation {
  heldBack: string;
  metrics: NamedJob;
}

export type NamedEvaluation = PublicEvaluation | HeldBackEvaluation;

/** The word for the n-th job of a kind, counting from 0. */
function nth(word: string, index: number): string {
  return index === 0 ? word : `${word} ${index + 1}`;
}

export function evaluationsOf(passport: Passport): NamedEvaluation[] {
  return passport.evaluations.map((evaluation, i) => {
    const metrics = { name: nth('metrics', i), evidence: evaluation.metrics };
    if ('heldBack' in evaluation) return { heldBack: evaluation.heldBack, metrics };
    const { data, predictions } = evaluation;
    return { predictions: { name: nth('predictions', i), evidence: predictions }, metrics, data };
  });
}

/** Every job of a passport, from data to judgement. */
export function jobsOf(passport: Passport): NamedJob[] {
  return [
    { name: 'training', evidence: passport.training },
    ...evaluationsOf(passport).flatMap(evaluation =>
      'heldBack' in evaluation ? [evaluation.metrics] : [evaluation.predictions, evaluation.metrics],
    ),
  ];
}
