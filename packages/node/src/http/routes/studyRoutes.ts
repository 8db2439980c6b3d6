import { schema, toWire } from '@koinon/protocol';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { stepStatuses } from '../../durable/workflow.ts';
import { studyRequestSchema, studyStates } from '../../studies/studyBook.ts';
import { unknownStudy } from '../../studies/studyService.ts';
import { type Api, json, nothing } from '../api.ts';
import { busy, notFound } from '../errors.ts';
import { failure, timeMs } from '../wire.ts';

const study = z.strictObject({
  id: z.string(),
  request: studyRequestSchema,
  state: z.enum(studyStates),
  createdAtMs: timeMs,
  failure: failure.optional(),
});
const step = z.strictObject({
  workflow: z.string(),
  name: z.string(),
  status: z.enum(stepStatuses),
  startedAtMs: timeMs,
  endedAtMs: timeMs.optional(),
  result: z.unknown().optional(),
  failure: failure.optional(),
});
const studyId = z.object({ id: z.string().max(64) });
/** What the receipt of a single run says it let out. */
const receiptOutputs = z.object({ outputs: z.array(z.object({ name: z.string(), cid: schema.cid })) });
/** Which replicas of a single run agreed. */
const comparison = z.object({ majority: z.array(z.number()) });
/** Pages that may watch studies at once; each holds a connection. */
const WATCHERS_MAX = 64;

export function addStudyRoutes(api: Api, node: KoinonNode): void {
  const { studies, workflows } = node;
  let watchers = 0;

  api.add(
    {
      method: 'get',
      path: '/api/studies',
      summary: 'What was asked of this node: trainings and single runs',
      tag: 'studies',
      answer: json(z.strictObject({ studies: z.array(study) })),
      needsToken: false,
    },
    () => ({ studies: studies.list() }),
  );

  api.add(
    {
      method: 'get',
      path: '/api/studies/:id',
      summary: 'A study with its steps and their evidence',
      tag: 'studies',
      params: studyId,
      answer: json(z.strictObject({ study, steps: z.array(step) })),
      needsToken: false,
    },
    ({ params: { id } }) => {
      const found = studies.get(id);
      if (!found) throw unknownStudy(id);
      return { study: found, steps: workflows.list(id) };
    },
  );

  api.add(
    {
      method: 'get',
      path: '/api/studies/:id/events',
      summary: 'The steps so far, each further change of one, and the study when it settles',
      tag: 'studies',
      params: studyId,
      answer: { kind: 'events', events: { step, study } },
      needsToken: false,
    },
    ({ params: { id }, context }) => {
      if (!studies.get(id)) throw unknownStudy(id);
      if (watchers >= WATCHERS_MAX) throw busy('too many pages watch studies');
      watchers += 1;
      return streamSSE(context, async stream => {
        const send = (event: string, value: unknown) =>
          stream.writeSSE({ event, data: JSON.stringify(toWire(value)) });
        const stop = workflows.watch(changed => {
          if (changed.workflow === id) void send('step', changed);
        });
        const left = new Promise<void>(resolve => stream.onAbort(resolve));
        try {
          for (const known of workflows.list(id)) await send('step', known);
          const settled = await Promise.race([studies.settled(id), left]);
          if (settled) await send('study', settled);
        } finally {
          stop();
          watchers -= 1;
        }
      });
    },
  );

  api.add(
    {
      method: 'get',
      path: '/api/studies/:id/outputs/:name',
      summary: 'A file that the job of a study let out, for whoever asked for the job',
      tag: 'studies',
      params: studyId.extend({ name: schema.fileName }),
      answer: { kind: 'bytes', mediaTypes: ['application/octet-stream'] },
      needsToken: true,
    },
    async ({ params: { id, name } }) => {
      const steps = workflows.list(id);
      const { data: agreed } = comparison.safeParse(
        steps.find(({ name }) => name === 'run.comparison')?.result,
      );
      const first = agreed?.majority[0] ?? 0;
      const wanted = first === 0 ? 'run.receipt' : `run${first + 1}.receipt`;
      const receipt = steps.find(({ name }) => name === wanted);
      const file = receiptOutputs
        .safeParse(receipt?.result)
        .data?.outputs.find(output => output.name === name);
      const bytes = file && (await node.ports.store.blobs.get(file.cid));
      if (!bytes) throw notFound(`output "${name}" of study ${id}`);
      return new Response(bytes as BodyInit, {
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${name}"`,
        },
      });
    },
  );

  api.add(
    {
      method: 'post',
      path: '/api/studies',
      summary: 'Begins a study: train on a dataset, or run one program',
      tag: 'studies',
      body: json(studyRequestSchema),
      answer: json(z.strictObject({ id: z.string() })),
      needsToken: true,
    },
    ({ body }) => ({ id: studies.begin(body) }),
  );

  api.add(
    {
      method: 'post',
      path: '/api/studies/:id/resume',
      summary: 'Takes a failed study up again; its done steps stay done',
      tag: 'studies',
      params: studyId,
      answer: nothing,
      needsToken: true,
    },
    ({ params: { id } }) => {
      studies.resume(id);
      return {};
    },
  );
}
