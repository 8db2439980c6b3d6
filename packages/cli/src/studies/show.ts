import { studyAnswer } from '../api/answers.ts';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { printable } from '../terminal/table.ts';
import { describeStep, doingWhat } from './describeStep.ts';
import { findStudy } from './findStudy.ts';
import { followStudy } from './followStudy.ts';
import { whatOf } from './list.ts';
import { printStudy } from './printStudy.ts';

export async function showJob(
  surroundings: Surroundings,
  beginning: string,
  { follow }: { follow?: boolean },
): Promise<void> {
  const node = chooseNode(surroundings, 'researcher');
  const { id } = await findStudy(node.client, beginning);
  if (follow) {
    printStudy(surroundings, await followStudy(surroundings, node, id));
    return;
  }
  const answer = await node.client.get(`/api/studies/${id}`, studyAnswer);
  const { study, steps } = answer;
  printResult(surroundings, answer, style => {
    const at = (ms: number) => `${((ms - study.createdAtMs) / 1000).toFixed(1)} s`.padStart(8);
    const lines = steps.flatMap(step => {
      if (step.status === 'running') {
        return [`${style.dim(at(step.startedAtMs))}  ${style.cyan('…')} ${doingWhat(step.name)}`];
      }
      if (step.status === 'failed') {
        return [
          `${style.dim(at(step.endedAtMs ?? step.startedAtMs))}  ${style.red('✗')} ${doingWhat(step.name)}: ${printable(step.failure?.message ?? 'failed')}`,
        ];
      }
      const line = describeStep(step, address => node.nameOf(String(address)));
      if (!line) return [];
      const evidence = line.evidence.length > 0 ? style.dim(`  ${line.evidence.join(' · ')}`) : '';
      return [
        `${style.dim(at(step.endedAtMs ?? step.startedAtMs))}  ${style.green('✓')} ${printable(line.title)}${evidence}`,
      ];
    });
    const next =
      study.state === 'failed'
        ? [`${style.cyan('→')} Take it up again: koinon jobs resume ${study.id}`]
        : study.state === 'running'
          ? [style.dim(`Watch it: koinon jobs show ${study.id} --follow`)]
          : [];
    return [
      `${style.bold(`study ${study.id}`)}: ${whatOf(study)}, ${study.state}, begun ${age(Date.now() - study.createdAtMs)} ago`,
      ...lines,
      ...(study.failure
        ? [`${style.red('✗')} ${printable(study.failure.message)} ${style.dim(`(${study.failure.code})`)}`]
        : []),
      ...next,
    ].join('\n');
  });
}
