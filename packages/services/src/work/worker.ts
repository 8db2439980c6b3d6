import type { Agenda, BlobReaders, Evidence, LogAnchoring, NodePorts } from '@koinon/kernel';
import { Instants } from '@koinon/kernel';
import { asKoinonError, decodeManifest, type Hex } from '@koinon/protocol';
import { executeJob, type JobSetting, unveil } from './executeJob.ts';
import type { Job, JobBook } from './jobBook.ts';
import { type SealTools, sealReceipt } from './sealReceipt.ts';
import { visibleState } from './visibleState.ts';

export interface Worker {
  /**
   * Goes on with what an earlier life left: a job without a stored result runs again (to the same result), one with a
   * result is only sealed.
   */
  takeUp(): void;
  /** Takes up an accepted job when a slot is free. */
  enqueue(orderDigest: Hex): void;
  /** Resolves when the job's state, as others may know it, is no longer `known`, or after `waitMs`. */
  changed(orderDigest: Hex, known: string | undefined, waitMs: number): Promise<void>;
  progress(orderDigest: Hex): number | undefined;
  stop(): Promise<void>;
}

/** Runs accepted jobs, `slots` at a time of either kind, from acceptance to the sealed receipt. */
export function startWorker(
  ports: NodePorts,
  services: {
    jobs: JobBook;
    agenda: Pick<Agenda, 'matters'>;
    evidence: Pick<Evidence, 'own'>;
    readers: BlobReaders;
    anchoring: LogAnchoring;
    /** What opens the rows of a private job to its auditor. */
    openingOf: SealTools['openingOf'];
    settingOf(job: Job, signal: AbortSignal): Promise<JobSetting>;
  },
  options: { slots: number },
): Worker {
  const { jobs, readers, anchoring, settingOf } = services;
  const instants = new Instants(ports.clock);
  const fractions = new Map<Hex, number>();
  const waiters = new Map<Hex, Set<() => void>>();
  const stopping = new AbortController();
  const { signal } = stopping;

  const announce = (orderDigest: Hex): void => {
    for (const wake of waiters.get(orderDigest) ?? []) wake();
  };

  /** Runs the job; its result, or that it has none, is on disk afterwards. */
  const execute = async (job: Job): Promise<(() => Promise<void>) | undefined> => {
    const { orderDigest } = job;
    try {
      let { result } = job;
      if (!result) {
        result = await executeJob(ports, job, await settingOf(job, signal), {
          signal,
          onProgress: fraction => fractions.set(orderDigest, Math.min(1, fraction)),
        });
        jobs.storeResult(orderDigest, result);
        await ports.checkpoint('result-stored');
      }
      return () => seal({ ...job, result });
    } catch (error) {
      if (signal.aborted) return undefined;
      return () => fail(orderDigest, error);
    }
  };

  const seal = async (job: Job): Promise<void> => {
    const { requester } = job.order.message;
    const { released, verdict } = job.result!;
    await unveil(ports, job.result!);
    for (const { cid } of released) readers.allow(cid, requester);
    if (verdict !== undefined) readers.allow(verdict, requester);
    await sealReceipt(ports, services, job, job.result!);
    anchoring.request();
  };

  const fail = async (orderDigest: Hex, error: unknown): Promise<void> => {
    const known = asKoinonError(error);
    jobs.fail(orderDigest, { code: known.code, message: known.message });
    await ports.checkpointsOf?.(orderDigest).clear();
    ports.journal.note('job-failed', { order: orderDigest, code: known.code, reason: known.message });
  };

  /** Lets others see what the job came to: at once, or for a private one at the next instant. */
  const tell = async (job: Job, startedAtMs: number, outcome: () => Promise<void>): Promise<void> => {
    const { orderDigest } = job;
    try {
      if (decodeManifest(job.manifest).private) await instants.until(startedAtMs, orderDigest, signal);
      await outcome();
    } catch (error) {
      if (signal.aborted) return;
      await fail(orderDigest, error);
    } finally {
      announce(orderDigest);
    }
  };

  const work = async (orderDigest: Hex): Promise<void> => {
    const job = jobs.get(orderDigest);
    if (!job || job.state === 'sealed' || job.state === 'paid' || job.state === 'failed') return;
    jobs.setRunning(orderDigest);
    announce(orderDigest);
    // When a job begins follows from when others were told of, so it is no news; and who waits in line is not told late.
    const startedAtMs = ports.clock.nowMs();
    const outcome = await execute(job);
    fractions.delete(orderDigest);
    // The slot is kept until then: the next job asks others for its files, so that they see when it begins.
    if (outcome) await tell(job, startedAtMs, outcome);
  };

  const laneOf = (kind: 'public' | 'private') =>
    services.agenda.matters<Hex>(`work.${kind}`, {
      slots: options.slots,
      work: async orderDigest => void (await work(orderDigest)),
      // Only when even the failure could not be written down.
      failed: (order, error) => ports.journal.note('worker-broken', { order, reason: String(error) }),
    });
  // Public work never waits for private work, or its time would tell of the rows.
  const lanes = { public: laneOf('public'), private: laneOf('private') };
  const enqueue = (orderDigest: Hex): void => {
    const job = jobs.get(orderDigest);
    if (!job) return;
    const lane = decodeManifest(job.manifest).private ? lanes.private : lanes.public;
    if (!lane.has(orderDigest)) lane.add(orderDigest);
  };

  return {
    takeUp: () => {
      for (const job of jobs.list(['accepted', 'running'])) enqueue(job.orderDigest);
    },
    enqueue,
    changed: async (orderDigest, known, waitMs) => {
      const job = jobs.get(orderDigest);
      if (known === undefined || !job || visibleState(job) !== known) return;
      const finished = new AbortController();
      const wake = () => {
        if (visibleState(jobs.get(orderDigest)!) !== known) finished.abort();
      };
      const abandon = () => finished.abort();
      const wakers = waiters.get(orderDigest) ?? new Set();
      wakers.add(wake);
      waiters.set(orderDigest, wakers);
      signal.addEventListener('abort', abandon);
      await ports.clock.wait(waitMs, finished.signal);
      signal.removeEventListener('abort', abandon);
      wakers.delete(wake);
      if (wakers.size === 0) waiters.delete(orderDigest);
    },
    progress: orderDigest => fractions.get(orderDigest),
    stop: async () => {
      stopping.abort();
      await Promise.all(Object.values(lanes).map(lane => lane.stop()));
    },
  };
}
