import { type Study, studiesRoutes, workRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';

export async function listJobs(surroundings: Surroundings, { work }: { work?: boolean }): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'researcher');
  const nowMs = Date.now();
  if (work) {
    const answer = await client.call(workRoutes.jobs);
    const nameOf = await names();
    printResult(surroundings, answer, style =>
      answer.jobs.length === 0
        ? 'This node has done no job yet.'
        : table(
            ['ORDER', 'FOR', 'STATE', 'AGE', 'EXECUTOR', 'DATA', 'RECEIPT'],
            answer.jobs.map(job => [
              short(job.order),
              nameOf(job.requester),
              job.state,
              age(nowMs - job.createdAtMs),
              job.executor,
              job.private ? 'private' : 'public',
              job.receipt ? short(job.receipt) : '-',
            ]),
            style,
          ),
    );
    return;
  }
  const answer = await client.call(studiesRoutes.list);
  printResult(surroundings, answer, style =>
    answer.studies.length === 0
      ? 'No study yet. Begin one: koinon train DATASET --purpose "…"'
      : table(
          ['STUDY', 'STATE', 'AGE', 'WHAT'],
          answer.studies.map(study => [study.id, study.state, age(nowMs - study.createdAtMs), whatOf(study)]),
          style,
        ),
  );
}

/** What a study is about, in a few words. */
export function whatOf({ request, failure }: Study): string {
  const what =
    request.kind === 'train'
      ? `train ${request.name} on dataset ${request.dataset}`
      : `run ${short(request.program)}`;
  return failure ? `${what} (${failure.code})` : what;
}
