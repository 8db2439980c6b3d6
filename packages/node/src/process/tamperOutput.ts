import type { ExecutionResult } from '@koinon/executors';
import { rootOf, sha256, toHex } from '@koinon/protocol';

/**
 * One byte of one output is another, and all a receipt says of it fits: raw output, last state, trace. For tests that show
 * what becomes of a provider that does this.
 */
export function tamperOutput(result: ExecutionResult): ExecutionResult {
  const [first, ...rest] = [...result.outputs];
  if (!first || first[1].length === 0) return result;
  const altered = Uint8Array.from(first[1]);
  altered[altered.length - 1]! ^= 1;
  const stepRoots = [...(result.stepRoots ?? [])];
  const last = stepRoots.pop();
  if (last) stepRoots.push(sha256(last, altered));
  return {
    ...result,
    outputs: new Map([[first[0], altered], ...rest]),
    ...(last ? { stepRoots, traceRoot: toHex(rootOf(stepRoots)) } : {}),
  };
}
