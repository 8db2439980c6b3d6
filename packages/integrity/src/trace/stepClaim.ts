import {
  fromHex,
  type Hex,
  inclusionProof,
  KoinonError,
  leafHash,
  memorySubtrees,
  rootOfLeaves,
  toHex,
  verifyInclusion,
  ZERO_32,
} from '@koinon/protocol';

/** One step of a trace as its root binds it (`Step` of the court). */
export interface StepClaim {
  index: bigint;
  count: bigint;
  /** 32 zero bytes and no path for step 0. */
  previousRoot: Hex;
  previousPath: Hex[];
  root: Hex;
  path: Hex[];
}

/** Root over the state roots after each step: what an execution commits to. */
export function traceRoot(roots: readonly Hex[]): Hex {
  return toHex(rootOfLeaves(roots.map(root => leafHash(fromHex(root)))));
}

/** Step `index` with its paths. Throws `K_STEP_RANGE`. */
export function stepClaim(roots: readonly Hex[], index: number): StepClaim {
  const root = roots[index];
  if (root === undefined) {
    throw new KoinonError({
      code: 'K_STEP_RANGE',
      message: `Step ${index} is not in a trace of ${roots.length}.`,
      fault: 'user',
    });
  }
  const subtrees = memorySubtrees(roots.map(each => leafHash(fromHex(each))));
  const pathOf = (at: number) => inclusionProof(subtrees, at, roots.length).map(toHex);
  return {
    index: BigInt(index),
    count: BigInt(roots.length),
    previousRoot: index === 0 ? ZERO_32 : roots[index - 1]!,
    previousPath: index === 0 ? [] : pathOf(index - 1),
    root,
    path: pathOf(index),
  };
}

/** True when both paths of the claim lead to the trace root. */
export function isStepOf(trace: Hex, claim: StepClaim): boolean {
  const size = Number(claim.count);
  const index = Number(claim.index);
  const stands = (root: Hex, at: number, path: Hex[]) =>
    verifyInclusion({
      leaf: leafHash(fromHex(root)),
      index: at,
      size,
      path: path.map(fromHex),
      root: fromHex(trace),
    });
  if (!stands(claim.root, index, claim.path)) return false;
  if (index === 0) return claim.previousRoot === ZERO_32 && claim.previousPath.length === 0;
  return stands(claim.previousRoot, index - 1, claim.previousPath);
}
