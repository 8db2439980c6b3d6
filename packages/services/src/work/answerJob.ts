import { decodeManifest, type JobAnswer, KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import type { Job } from './jobBook.ts';
import { visibleState } from './visibleState.ts';

/** A program that read private rows may choose how it fails; the words stay with the custodian. */
const PRIVATE_FAILURE = {
  code: 'K_PRIVATE_JOB_FAILED',
  message: 'The job ended without a receipt. Its custodian has the reason.',
};

/** What the requester of a job is told about it. The opening of a private job is not the requester's to see. */
export function answerJob(store: Store, job: Job, progress: number | undefined): JobAnswer {
  const isPrivate = decodeManifest(job.manifest).private;
  const state = visibleState(job);
  const base = {
    order: job.orderDigest,
    state,
    ...(job.failure && state === 'failed'
      ? { failure: isPrivate ? PRIVATE_FAILURE : shortened(job.failure) }
      : {}),
  };
  if (job.state === 'running' && progress !== undefined && !isPrivate) return { ...base, progress };
  if ((job.state !== 'sealed' && job.state !== 'paid') || !job.result) return base;
  const entry = store.log.byKey(`receipt:${job.orderDigest}`);
  if (entry?.type !== 'Receipt') {
    throw new KoinonError({ code: 'K_LOG_ENTRY', message: 'A sealed job has no log entry.', fault: 'bug' });
  }
  const { result } = job;
  return {
    ...base,
    receipt: { message: entry.message, signature: entry.signature },
    leafSalt: entry.salt,
    outputs: result.released,
    ...(result.verdict === undefined ? {} : { verdict: result.verdict }),
    ...(isPrivate ? {} : { opening: result.opening }),
  };
}

function shortened({ code, message }: NonNullable<Job['failure']>): NonNullable<JobAnswer['failure']> {
  return { code: code.slice(0, 64), message: message.slice(0, 1024) };
}
