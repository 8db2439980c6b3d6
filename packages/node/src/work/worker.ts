import { asKoinonError, type Hex } from '@koinon/protocol';
import type { BlobReaders } from '../blobs/blobReaders.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { LogAnchoring } from '../statements/anchorLog.ts';
import { executeJob, type JobSetting } from './executeJob.ts';
import type { Job, JobBook } from './jobBook.ts';
import { sealReceipt } from './sealReceipt.ts';

export interface Worker {
  /**
   * Goes on with what an earlier life left: a job without a stored result runs again (to the same result), one with a
   * result is only sealed.
   */
  takeUp(): void;
  /** Takes up an accepted job when a slot is free. */
  enqueue(orderDigest: Hex): void;
  /** Resolves when the job's state is no longer `known`, or after `waitMs`. */
  changed(orderDigest: Hex, known: string | undefined, waitMs: number): Promise<void>;
  progress(orderDigest: Hex): number | undefined;
  stop(): Promise<void>;
}

/** Runs accepted jobs, `slots` at a time, from acceptance to the sealed receipt. */
export function startWorker(
  ports: NodePorts,
  services: {
    jobs: JobBook;
    readers: BlobReaders;
    anchoring: LogAnchoring;
    settingOf(job: Job, signal: AbortSignal): Promise<JobSetting>;
  },
  options: { slots: number },
): Worker {
  const { jobs, readers, anchoring, settingOf } = services;
  const queue: Hex[] = [];
  const active = new Map<Hex, Promise<void>>();
  const fractions = new Map<Hex, number>();
  const waiters = new Map<Hex, Set<() => void>>();
  const stopping = new AbortController();

  const announce = (orderDigest: Hex): void => {
    for (const wake of waiters.get(orderDigest) ?? []) wake();
  };

  const work = async (orderDigest: Hex): Promise<void> => {
    const job = jobs.get(orderDigest);
    if (!job || job.state === 'sealed' || job.state === 'paid' || job.state === 'failed') return;
    jobs.setRunning(orderDigest);
    announce(orderDigest);
    try {
      let { result } = job;
      if (!result) {
        result = await executeJob(ports, readers, job, await settingOf(job, stopping.signal), {
          signal: stopping.signal,
          onProgress: fraction => fractions.set(orderDigest, Math.min(1, fraction)),
        });
        jobs.storeResult(orderDigest, result);
        await ports.checkpoint('result-stored');
      }
      await sealReceipt(ports, jobs, job, result);
      anchoring.request();
    } catch (error) {
      if (stopping.signal.aborted) return;
      const known = asKoinonError(error);
      jobs.fail(orderDigest, { code: known.code, message: known.message });
      await ports.checkpointsOf?.(orderDigest).clear();
      ports.journal.note('job-failed', { order: orderDigest, code: known.code, reason: known.message });
    } finally {
      fractions.delete(orderDigest);
      announce(orderDigest);
    }
  };

  const pump = (): void => {
    while (!stopping.signal.aborted && active.size < options.slots) {
      const next = queue.shift();
      if (next === undefined) return;
      if (active.has(next)) continue;
      const running = work(next)
        // Reached only when even the failure could not be written down; the job goes on at the next start.
        .catch(error => ports.journal.note('worker-broken', { order: next, reason: String(error) }))
        .finally(() => {
          active.delete(next);
          pump();
        });
      active.set(next, running);
    }
  };

  return {
    takeUp: () => {
      for (const job of jobs.list(['accepted', 'running'])) queue.push(job.orderDigest);
      pump();
    },
    enqueue: orderDigest => {
      if (!queue.includes(orderDigest) && !active.has(orderDigest)) queue.push(orderDigest);
      pump();
    },
    changed: async (orderDigest, known, waitMs) => {
      if (known === undefined || jobs.get(orderDigest)?.state !== known) return;
      const finished = new AbortController();
      const wake = () => finished.abort();
      const wakers = waiters.get(orderDigest) ?? new Set();
      wakers.add(wake);
      waiters.set(orderDigest, wakers);
      stopping.signal.addEventListener('abort', wake);
      await ports.clock.wait(waitMs, finished.signal);
      stopping.signal.removeEventListener('abort', wake);
      wakers.delete(wake);
      if (wakers.size === 0) waiters.delete(orderDigest);
    },
    progress: orderDigest => fractions.get(orderDigest),
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(active.values());
    },
  };
}
