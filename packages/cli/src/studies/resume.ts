import { studiesRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { findStudy } from './findStudy.ts';
import { followStudy } from './followStudy.ts';
import { printStudy } from './printStudy.ts';

export async function resumeJob(
  surroundings: Surroundings,
  beginning: string,
  { wait }: { wait: boolean },
): Promise<void> {
  const node = chooseNode(surroundings, 'researcher');
  const study = await findStudy(node.client, beginning);
  if (study.state === 'failed') await node.client.call(studiesRoutes.resume, { params: { id: study.id } });
  if (wait) {
    printStudy(surroundings, await followStudy(surroundings, node, study.id));
    return;
  }
  printResult(
    surroundings,
    { study: study.id },
    style => `${style.green('✓')} study ${study.id} runs; watch it: koinon jobs show ${study.id} --follow`,
  );
}
