import type { PublicColumn } from '@koinon/protocol';
import { Outcomes } from '../bound/outcomes.ts';
import type { Setting } from '../gate/setting.ts';

/** Largest weight of a model whose exponent is 0, per unit of its column, and its largest intercept. */
export const WEIGHT_MAX = 4;
export const INTERCEPT_MAX = 8;
/** Both double with each exponent, 0 to this. */
export const EXPONENT_MAX = 3;

/**
 * All that a linear model says: scores of every class but the first (a softmax sees differences only), as whole numbers of
 * steps from -`stepsOf` to +`stepsOf` of the largest weight. Everything else in its file is public before it is trained.
 */
export interface LinearFacts {
  exponent: number;
  /** By class from the second on. */
  intercepts: readonly number[];
  /** By class from the second on, then by slot: one a number column, one a word of every category, in the dataset's order. */
  weights: readonly (readonly number[])[];
}

/** Steps between zero and the largest weight. */
export function stepsOf(weightBits: number): number {
  return 2 ** (weightBits - 1) - 1;
}

/** Weights of one class. */
export function slotsOf(features: readonly PublicColumn[]): number {
  return features.reduce((sum, column) => sum + (column.type === 'number' ? 1 : column.dictionary.length), 0);
}

/** Intercepts and weights of a model. */
export function scoreNumbers({ target, features }: Pick<Setting, 'target' | 'features'>): number {
  return (target.dictionary.length - 1) * (1 + slotsOf(features));
}

/** How many linear models can come of a job. */
export function linearOutcomes(setting: Setting): Outcomes {
  const levels = Outcomes.of(2 * stepsOf(setting.policy.weightBits) + 1);
  return levels.repeated(scoreNumbers(setting)).and(Outcomes.of(EXPONENT_MAX + 1));
}
