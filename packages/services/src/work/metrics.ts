import { type Metric, readings } from '@koinon/kernel';
import type { JobBook } from './jobBook.ts';

const JOB_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export function workMetrics(jobs: Pick<JobBook, 'counts' | 'seconds'>): Metric[] {
  const countOf = (...states: string[]) => {
    const counts = jobs.counts();
    return states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  };
  return [
    {
      name: 'koinon_jobs_total',
      help: 'Jobs that came as far as the state.',
      kind: 'counter',
      label: 'state',
      // A job passes through the states, so each counts all that ever came so far.
      read: () =>
        readings({
          accepted: countOf('accepted', 'running', 'sealed', 'paid', 'failed'),
          sealed: countOf('sealed', 'paid'),
          paid: countOf('paid'),
          failed: countOf('failed'),
        }),
    },
    {
      name: 'koinon_jobs_under_way',
      help: 'Jobs accepted and not yet sealed or failed.',
      kind: 'gauge',
      read: () => [{ value: countOf('accepted', 'running') }],
    },
    {
      name: 'koinon_job_duration_seconds',
      help: 'Time public jobs ran here; private ones are left out.',
      kind: 'histogram',
      buckets: JOB_SECONDS,
      read: () => jobs.seconds().map(value => ({ value })),
    },
  ];
}
