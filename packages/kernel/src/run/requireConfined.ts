import { isAdequate, unconfined } from '@koinon/executors/port';
import type { NodePorts } from '../ports/ports.ts';
import type { JobLimits } from './limits.ts';

/** Throws `K_SANDBOX_REQUIRED` where nothing may run outside a sandbox and there is none now: asked before work is taken. */
export async function requireConfined(
  { executor }: Pick<NodePorts, 'executor'>,
  { sandbox }: Pick<JobLimits, 'sandbox'>,
): Promise<void> {
  if (sandbox !== 'required' || !executor.confinement) return;
  if (!isAdequate(await executor.confinement())) throw unconfined();
}
