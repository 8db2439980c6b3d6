import { type ExecutionOpening, type Hex, stepOutcomeDigest, ZERO_32 } from '@koinon/protocol';

/** A whole execution, step by step: what a replay yields, and what a provider serves. */
export interface Trace {
  /** State root after every step, at least one. */
  roots: readonly Hex[];
  end: Pick<ExecutionOpening, 'exitCode' | 'fuel' | 'rawOutput'>;
}

/**
 * What a juror votes about a step that the right execution does not have: it had ended before, or never stood where the step
 * is said to start. Only a false trace has such steps, so this always convicts; having one value, it lets jurors agree.
 */
export const PAST_THE_END: Hex = stepOutcomeDigest({ stateRoot: ZERO_32 });

/** Outcome digest of step `index`, as jurors vote it. */
export function outcomeAt({ roots, end }: Trace, index: number): Hex {
  const stateRoot = roots[index];
  if (stateRoot === undefined) return PAST_THE_END;
  return stepOutcomeDigest(index === roots.length - 1 ? { stateRoot, end } : { stateRoot });
}

/**
 * Outcome digest of the step that starts from a state root; 32 zero bytes: from the manifest. What jurors vote: paths bind
 * the order of a trace, not its numbers, so a juror looks for the root and not for the number.
 */
export function outcomeAfter(trace: Trace, previousRoot: Hex): Hex {
  if (previousRoot.toLowerCase() === ZERO_32) return outcomeAt(trace, 0);
  const before = trace.roots.indexOf(previousRoot.toLowerCase() as Hex);
  return before < 0 ? PAST_THE_END : outcomeAt(trace, before + 1);
}

/**
 * The first step whose outcome differs, or undefined when the executions are one. Every step before it came out the same, so
 * the state before it is common ground. A binary search would not do: traces that diverge may meet again.
 */
export function firstDifference(a: Trace, b: Trace): number | undefined {
  const shorter = Math.min(a.roots.length, b.roots.length);
  for (let index = 0; index < shorter; index++) {
    if (a.roots[index] !== b.roots[index]) return index;
    // The end of one, or what both ended with.
    if (index === shorter - 1 && outcomeAt(a, index) !== outcomeAt(b, index)) return index;
  }
  return undefined;
}
