import {
  type ExecutionOpening,
  fileList,
  fileListDigest,
  type Hex,
  type StepOutcome,
} from '@koinon/protocol';
import type { ExecutionResult, StepResult } from './executor.ts';

/** What a receipt commits to. `salt` is `ZERO_32` for public orders. */
export function openingOf(result: ExecutionResult, salt: Hex): ExecutionOpening {
  return {
    salt,
    exitCode: result.exitCode,
    fuel: result.fuel,
    rawOutput: fileListDigest(fileList(result.outputs)),
    trace: result.traceRoot,
  };
}

/** What a vote on one step is made of. */
export function stepOutcomeOf(
  step: Pick<StepResult, 'stateRoot' | 'isLast' | 'exitCode' | 'fuel' | 'outputs'>,
): StepOutcome {
  const { stateRoot, isLast, exitCode, fuel, outputs } = step;
  if (!isLast) return { stateRoot };
  return { stateRoot, end: { exitCode, fuel, rawOutput: fileListDigest(fileList(outputs)) } };
}
