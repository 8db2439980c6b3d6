import type { Trace } from '@koinon/integrity';
import { traceRoot } from '@koinon/integrity';
import type { NodePorts } from '@koinon/kernel';
import { ask } from '@koinon/kernel';
import { type ExecutionOpening, type Hex, KoinonError, TRACE_ROOTS_MAX } from '@koinon/protocol';

/** Most steps of a trace that are fetched: 32 MiB of roots. */
const STEPS_MAX = 2 ** 20;
const TIMEOUT_MS = 10_000;

/**
 * The state roots a provider committed to, as it serves them. Throws `K_TRACE_WITHHELD` when it does not, or serves others.
 */
export async function obtainTrace(
  { network }: Pick<NodePorts, 'network'>,
  provider: Hex,
  receipt: Hex,
  opening: ExecutionOpening,
  signal: AbortSignal,
): Promise<Trace> {
  const roots: Hex[] = [];
  try {
    for (let count = 1; roots.length < count; ) {
      const question = { receipt, from: roots.length, max: TRACE_ROOTS_MAX };
      const answer = await ask(network, provider, 'trace.get', question, { signal, timeoutMs: TIMEOUT_MS });
      count = answer.count;
      if (count > STEPS_MAX || answer.roots.length === 0) throw withheld(provider, receipt);
      roots.push(...answer.roots.slice(0, count - roots.length));
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw withheld(provider, receipt, error);
  }
  if (roots.length === 0 || traceRoot(roots) !== opening.trace) throw withheld(provider, receipt);
  return { roots, end: opening };
}

function withheld(provider: Hex, receipt: Hex, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_TRACE_WITHHELD',
    message: `Node ${provider} does not serve the trace that its receipt ${receipt} commits to.`,
    fault: 'peer',
    data: { provider, receipt },
    next: 'It is demanded on chain.',
    cause,
  });
}
