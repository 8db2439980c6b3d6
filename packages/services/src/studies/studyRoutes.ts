import { replicaJob, resultOf, studiesRoutes as routes, type Step, stepName } from '@koinon/api';
import type { NodePorts, Workflows } from '@koinon/kernel';
import { handle, notFound, type RouteHandler } from '@koinon/kernel';
import { SeenSteps } from './seenSteps.ts';
import { type StudyService, unknownStudy } from './studyService.ts';

export interface StudyNeeds {
  studies: Omit<StudyService, 'takeUp' | 'stop'>;
  workflows: Pick<Workflows, 'list' | 'changes'>;
  blobs: Pick<NodePorts['store']['blobs'], 'get'>;
}

export function studyRoutes({ studies, workflows, blobs }: StudyNeeds): RouteHandler[] {
  return [
    handle(routes.list, () => ({ studies: studies.list() })),
    handle(routes.get, ({ params: { id } }) => {
      const study = studies.get(id);
      if (!study) throw unknownStudy(id);
      return { study, steps: workflows.list(id) };
    }),
    handle(routes.events, ({ params: { id }, events }) => {
      if (!studies.get(id)) throw unknownStudy(id);
      return events(async ({ lastId, signal, send }) => {
        const known = workflows.list(id);
        const seen = new SeenSteps(lastId, known);
        const tell = (step: (typeof known)[number]): void => {
          if (seen.see(step)) send('step', step, seen.id);
        };
        const stop = workflows.changes.add(changed => {
          if (changed.workflow === id) tell(changed);
        });
        const left = new Promise<void>(resolve => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        try {
          for (const step of known) tell(step);
          const settled = await Promise.race([studies.settled(id), left]);
          if (settled) send('study', settled, seen.id);
        } finally {
          stop();
        }
      });
    }),
    handle(routes.output, async ({ params: { id, name } }) => {
      const file = outputsOf(workflows.list(id) as Step[]).find(output => output.name === name);
      const bytes = file && (await blobs.get(file.cid));
      if (!bytes) throw notFound(`output "${name}" of study ${id}`);
      return new Response(bytes as BodyInit, {
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${name}"`,
        },
      });
    }),
    handle(routes.begin, ({ body }) => ({ id: studies.begin(body) })),
    handle(routes.resume, ({ params: { id } }) => {
      studies.resume(id);
      return {};
    }),
  ];
}

/** What a single run let out: the files of the first replica that agrees with the most, where there are several. */
function outputsOf(steps: readonly Step[]) {
  const agreed = resultOf(steps, 'comparison', stepName('run', 'comparison'));
  const job = replicaJob(agreed?.majority[0] ?? 0);
  return resultOf(steps, 'receipt', stepName(job, 'receipt'))?.outputs ?? [];
}
