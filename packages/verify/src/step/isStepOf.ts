import { fromHex, type Hex, leafHash, verifyInclusion, ZERO_32 } from '@koinon/protocol';
import type { DisputedStep } from './disputeEvidence.ts';

/** True when both paths lead from the states to the trace root. */
export function isStepOf(trace: Hex, step: DisputedStep): boolean {
  const stands = (root: Hex, index: number, path: readonly Hex[]): boolean =>
    verifyInclusion({
      leaf: leafHash(fromHex(root)),
      index,
      size: step.count,
      path: path.map(fromHex),
      root: fromHex(trace),
    });
  if (step.index >= step.count || !stands(step.root, step.index, step.path)) return false;
  return step.index === 0
    ? step.previousRoot === ZERO_32 && step.previousPath.length === 0
    : stands(step.previousRoot, step.index - 1, step.previousPath);
}
