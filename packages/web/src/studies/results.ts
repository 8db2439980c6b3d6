import type { Step, StepKind, StepResults } from '../api/answers.ts';

/** The result of the step with this name, where it is done. */
export function resultOf<K extends StepKind>(
  steps: readonly Step[],
  kind: K,
  name: string = kind,
): StepResults[K] | undefined {
  const step = steps.find(each => each.name === name && each.kind === kind);
  return step?.result as StepResults[K] | undefined;
}
