import type { ExecutionResult, JobExecutor } from '@koinon/executors/port';
import { toHex } from '@koinon/protocol';

/**
 * The executor of a node that lies about what jobs come to, whichever way it is asked: alone, step by step as a juror, or
 * for a state as an accuser. States themselves are what they are, whatever root it says they have.
 */
export function altered<E extends JobExecutor>(
  executor: E,
  alter: (result: ExecutionResult) => ExecutionResult,
): E {
  return {
    ...executor,
    run: async (job, options) => alter(await executor.run(job, options)),
    replayStep: async (job, step, options) => {
      const replayed = await executor.replayStep(job, step, options);
      const { stepRoots, exitCode, fuel, outputs } = alter(await executor.run(job, options));
      const root = stepRoots?.[step.index];
      return {
        ...replayed,
        ...(root && { stateRoot: toHex(root) }),
        ...(replayed.isLast && { exitCode, fuel, outputs }),
      };
    },
    captureState: async (job, stepIndex, options) => {
      const captured = await executor.captureState(job, stepIndex, options);
      const { stepRoots } = alter(await executor.run(job, options));
      const claimed = stepRoots?.slice(0, stepIndex + 1);
      return claimed?.length === stepIndex + 1
        ? { ...captured, stepRoots: claimed, stateRoot: toHex(claimed.at(-1)!) }
        : captured;
    },
  };
}
