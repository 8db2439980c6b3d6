import { decodeManifest, type JobAnswer, KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import type { Job } from './jobBook.ts';

/** What the requester of a job is told about it. The opening of a private job is not the requester's to see. */
export function answerJob(store: Store, job: Job, progress: number | undefined): JobAnswer {
  const base = {
    order: job.orderDigest,
    state: job.state,
    ...(job.failure
      ? { failure: { code: job.failure.code, message: job.failure.message.slice(0, 1024) } }
      : {}),
  };
  const isPrivate = decodeManifest(job.manifest).private;
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
