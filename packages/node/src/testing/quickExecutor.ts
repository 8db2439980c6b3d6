import { hash } from 'node:crypto';
import { createPredictor, type ExecutionResult, type Executor } from '@koinon/executors';
import { altered, inProcessExecutor } from '@koinon/world';

/** The executor of a world where a job takes no time, and how it lies. Models are opened in a process of their own. */
export function quickExecutor(alter?: (result: ExecutionResult) => ExecutionResult): Required<Executor> {
  const executor = inProcessExecutor({
    clock: { nowMs: () => 0, wait: async () => undefined },
    hash: bytes => hash('sha256', bytes, 'buffer'),
  });
  return { ...(alter ? altered(executor, alter) : executor), openModel: createPredictor };
}
