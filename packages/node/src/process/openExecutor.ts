import { createExecutor, type Executor, type FindSandbox, requireAdequate } from '@koinon/executors';
import type { Journal } from '@koinon/kernel';
import type { SandboxSetting } from './nodeConfig.ts';
import { sandboxFacts } from './sandboxFacts.ts';

/**
 * The executor of a node. Where a sandbox is required it is tried out before the node does anything, else when something
 * is first asked of it; the journal says what was found, whenever that changes. Throws `K_SANDBOX_REQUIRED`.
 */
export async function openExecutor(
  setting: SandboxSetting,
  journal: Journal,
  find?: FindSandbox,
): Promise<Required<Executor>> {
  const isRequired = setting === 'required';
  const executor = createExecutor({
    isRequired,
    ...(find ? { find } : {}),
    onFound: confinement => journal.note('sandbox', { ...sandboxFacts(setting, confinement) }),
  });
  if (isRequired) requireAdequate(await executor.confinement());
  return executor;
}
