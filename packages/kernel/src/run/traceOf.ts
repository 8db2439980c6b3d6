import { type ExecutionResult, openingOf } from '@koinon/executors/port';
import type { Trace } from '@koinon/integrity';
import { toHex, ZERO_32 } from '@koinon/protocol';

/** An execution as a court looks at it; undefined where the executor tells no steps. */
export function traceOf(result: ExecutionResult): Trace | undefined {
  const { exitCode, fuel, rawOutput } = openingOf(result, ZERO_32);
  return result.stepRoots && { roots: result.stepRoots.map(toHex), end: { exitCode, fuel, rawOutput } };
}
