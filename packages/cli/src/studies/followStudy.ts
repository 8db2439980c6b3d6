import { readStep, type Step, type Study } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { ChosenNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { beginningOf } from '../data/findRequest.ts';
import { createProgress } from '../terminal/progress.ts';
import { stepLine } from '../terminal/stepLine.ts';
import { styleFor } from '../terminal/style.ts';
import { describeStep, doingWhat } from './describeStep.ts';
import { studyFailure, watchStudy } from './watchStudy.ts';

/**
 * Watches a study on standard error, a line for each step done, until it is done; answers the study and its steps.
 * Ctrl-C stops the watching (`K_INTERRUPTED`); a study that failed throws why.
 */
export async function followStudy(
  surroundings: Surroundings,
  { client, names }: ChosenNode,
  id: string,
): Promise<{ study: Study; steps: Step[] }> {
  const style = styleFor(surroundings.stderr, surroundings.environment);
  const progress = createProgress(surroundings);
  const steps = new Map<string, Step>();
  const watching = new AbortController();
  const leave = () => watching.abort();
  process.once('SIGINT', leave);
  const startedMs = Date.now();
  const nameOf = await names();
  try {
    const study = await watchStudy(
      client,
      id,
      step => {
        steps.set(step.name, step);
        if (step.status === 'running') progress.doing(doingWhat(step.name));
        if (step.status !== 'done') return;
        const line = describeStep(step, address => nameOf(String(address)));
        if (line) {
          const elapsedMs = Date.now() - startedMs;
          progress.line(stepLine({ elapsedMs, mark: style.green('✓'), ...line }, style, surroundings.stderr));
        }
        const known = readStep(step);
        if (known?.kind === 'permission.asked') {
          const decide = `koinon data approve ${beginningOf(known.result!.digest)}`;
          progress.line(`         ${style.cyan('→')} its owner decides: ${decide}`);
        }
      },
      watching.signal,
    );
    progress.stop();
    if (study.state === 'failed') throw studyFailure(study);
    return { study, steps: [...steps.values()] };
  } catch (error) {
    if (!watching.signal.aborted) throw error;
    throw new KoinonError({
      code: 'K_INTERRUPTED',
      message: 'Watching stopped; the study goes on.',
      fault: 'user',
      data: { study: id },
      next: `Watch again: koinon jobs show ${id} --follow`,
    });
  } finally {
    process.removeListener('SIGINT', leave);
    progress.stop();
  }
}
