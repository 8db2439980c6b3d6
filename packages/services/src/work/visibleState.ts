import { UNTOLD } from '@koinon/kernel';
import { decodeManifest, type JobState } from '@koinon/protocol';
import type { Job } from './jobBook.ts';

/** The state of a job as others may know it: of a private one not when it began, nor that it failed past the last instant. */
export function visibleState(job: Pick<Job, 'manifest' | 'state' | 'failure'>): JobState {
  if (!decodeManifest(job.manifest).private) return job.state;
  return job.state === 'running' || job.failure?.code === UNTOLD ? 'accepted' : job.state;
}
