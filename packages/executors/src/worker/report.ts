import { KoinonError } from '@koinon/protocol/errors';
import { send } from './pipe.ts';

/**
 * Runs the job and, where it throws, says why in a form the host can sort: a `KoinonError` as it is, lack of memory
 * or of stack by name, everything else with its message. Ends the process either way.
 */
export async function report(job: () => Promise<void>): Promise<never> {
  // A module that compiles in the background alone does not keep Node from ending.
  setInterval(() => {}, 2 ** 30);
  try {
    await job();
    process.exit(0);
  } catch (error) {
    if (error instanceof KoinonError) send({ kind: 'error', error: error.toJSON() });
    else send({ kind: 'failure', reason: reasonOf(error), message: String(error).slice(0, 1_000) });
    process.exit(1);
  }
}

function reasonOf(error: unknown): 'memory' | 'stack' | 'other' {
  const message = error instanceof Error ? error.message : String(error);
  if (/alloc|memory|array buffer|invalid (typed )?array length/i.test(message)) return 'memory';
  return /call stack/i.test(message) ? 'stack' : 'other';
}
