import { assuranceTermsSchema, quoteSchema, schema } from '@koinon/protocol';
import { z } from 'zod';
import { json, nothing, routes } from '../route.ts';
import { stepSchema } from './steps.ts';
import { PUBLIC_FUEL, studyRequestSchema, studySchema } from './study.ts';

const studyId = z.object({ id: z.string().max(64) });
/** Pages that may watch studies at once; each holds a connection. */
const WATCHERS_MAX = 64;
/** Providers are asked for their offers, so not many at once. */
const QUOTES_AT_ONCE = 4;

export const studiesRoutes = routes('studies', {
  list: {
    method: 'get',
    path: '/api/studies',
    summary: 'What was asked of this node: trainings and single runs',
    answer: json(z.object({ studies: z.array(studySchema) })),
    needsToken: false,
  },
  get: {
    method: 'get',
    path: '/api/studies/:id',
    summary: 'A study with its steps and their evidence',
    params: studyId,
    answer: json(z.object({ study: studySchema, steps: z.array(stepSchema) })),
    needsToken: false,
    errors: [404],
  },
  events: {
    method: 'get',
    path: '/api/studies/:id/events',
    summary: 'The steps so far, each further change of one, and the study when it settles',
    params: studyId,
    answer: { kind: 'events', events: { step: stepSchema, study: studySchema } },
    needsToken: false,
    atOnce: WATCHERS_MAX,
    errors: [404],
  },
  output: {
    method: 'get',
    path: '/api/studies/:id/outputs/:name',
    summary: 'A file that the job of a study let out, for whoever asked for the job',
    params: studyId.extend({ name: schema.fileName }),
    answer: { kind: 'bytes', mediaTypes: ['application/octet-stream'] },
    needsToken: true,
    errors: [404],
  },
  begin: {
    method: 'post',
    path: '/api/studies',
    summary: 'Begins a study: train on a dataset, or run one program',
    body: json(studyRequestSchema),
    answer: json(z.object({ id: z.string() })),
    needsToken: true,
  },
  resume: {
    method: 'post',
    path: '/api/studies/:id/resume',
    summary: 'Takes a failed study up again; its done steps stay done',
    params: studyId,
    answer: nothing,
    needsToken: true,
    errors: [404],
  },
  quote: {
    method: 'post',
    path: '/api/quotes',
    summary:
      'What a job would cost, the chance that a wrong result is never found, and how much private jobs could tell',
    body: json(
      z.strictObject({
        /** Whose record counts; without it the provider is a stranger to the program. */
        program: schema.cid.optional(),
        fuel: schema.uint(64).default(BigInt(PUBLIC_FUEL)),
        assurance: assuranceTermsSchema.default({ kind: 'replay' }),
        dataset: schema.uint(256).optional(),
        /** What would be sent to `/api/studies`, instead of the above: its private jobs are then told with their bits. */
        study: studyRequestSchema.optional(),
      }),
    ),
    answer: json(quoteSchema),
    needsToken: true,
    atOnce: QUOTES_AT_ONCE,
    errors: [404, 502],
  },
});
