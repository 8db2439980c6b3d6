import { type Step, studiesRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { stepLine } from '../terminal/stepLine.ts';
import { printable } from '../terminal/table.ts';
import { describeStep, doingWhat, type StepLine } from './describeStep.ts';
import { findStudy } from './findStudy.ts';
import { followStudy } from './followStudy.ts';
import { whatOf } from './list.ts';
import { printStudy } from './printStudy.ts';
import { nextAfterFailure } from './watchStudy.ts';

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
  const answer = await node.client.call(studiesRoutes.get, { params: { id } });
  const { study, steps } = answer;
  const nameOf = await node.names();
  printResult(surroundings, answer, style => {
    const lines = steps.flatMap(step => {
      const elapsedMs = (step.endedAtMs ?? step.startedAtMs) - study.createdAtMs;
      const line = lineOf(step, address => nameOf(String(address)));
      const mark =
        step.status === 'done'
          ? style.green('✓')
          : step.status === 'failed'
            ? style.red('✗')
            : style.cyan('…');
      return line ? [stepLine({ elapsedMs, mark, ...line }, style, surroundings.stdout)] : [];
    });
    const next =
      study.state === 'failed'
        ? [`${style.cyan('→')} ${printable(nextAfterFailure(study))}`]
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

function lineOf(step: Step, nameOf: (address: unknown) => string): StepLine | undefined {
  if (step.status === 'done') return describeStep(step, nameOf);
  const doing = doingWhat(step.name);
  return { title: step.failure ? `${doing}: ${step.failure.message}` : doing, evidence: [] };
}
