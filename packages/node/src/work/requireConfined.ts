import { isAdequate, unconfined } from '@koinon/executors';
import type { NodePorts } from '../ports/ports.ts';

/** Throws `K_SANDBOX_REQUIRED` where nothing may run outside a sandbox and there is none now: asked before work is taken. */
export async function requireConfined(
  { executor }: Pick<NodePorts, 'executor'>,
  setting: 'required' | 'available' | undefined,
): Promise<void> {
  if (setting !== 'required' || !executor.confinement) return;
  if (!isAdequate(await executor.confinement())) throw unconfined();
}
