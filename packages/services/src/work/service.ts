import { type Kernel, patiently, requireConfined, type Service, serviceKind } from '@koinon/kernel';
import { decodeManifest, roles, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { CustodyPort } from '../custody/port.ts';
import type { AuthoriseOrder } from './acceptOrder.ts';
import { authoriseOrder } from './authoriseOrder.ts';
import type { JobSetting } from './executeJob.ts';
import { type Job, JobBook } from './jobBook.ts';
import { workMetrics } from './metrics.ts';
import { serveOffers } from './offerBook.ts';
import type { WorkPort } from './port.ts';
import { priceOfJob } from './price.ts';
import { workRoutes } from './routes.ts';
import { serveWork } from './serveWork.ts';
import { startWorker } from './worker.ts';

const workSettings = z.strictObject({
  /** What this node asks for public work; without it only grants are worked for. */
  terms: z
    .strictObject({
      token: schema.address,
      /** Base units per job, and per started 10^9 fuel. */
      baseAmount: schema.uint(128),
      gigafuelAmount: schema.uint(128),
      maxFuel: schema.uint(64),
      slots: z.number().int().min(1).max(64).default(1),
    })
    .optional(),
});

export interface WorkNeeds
  extends Pick<
    Kernel,
    'ports' | 'limits' | 'agenda' | 'evidence' | 'readers' | 'anchoring' | 'channels' | 'claiming'
  > {
  custody?: CustodyPort | undefined;
}

/** All of it: what its routes and its tests work with. */
export interface WorkRoom extends WorkPort {
  jobs: JobBook;
}

/** Runs manifests for others: public ones at this node's offer, private ones where their dataset is in custody here. */
const work =
  ({ terms }: z.output<typeof workSettings>) =>
  (needs: WorkNeeds): Service<WorkRoom> => {
    const { ports, limits, custody } = needs;
    const jobs = new JobBook(ports.store.database);
    const offers = terms && serveOffers(ports, terms);
    const allow = authoriseOrder(ports, custody, offers?.current);
    const authorise: AuthoriseOrder = async (...order) => {
      await requireConfined(ports, limits);
      await allow(...order);
    };
    const settingOf = async (job: Job, signal: AbortSignal): Promise<JobSetting> => {
      // Consent may have ended while the order waited: a grant revoked, a policy changed, a dataset sold.
      const consented = () => authorise(job, decodeManifest(job.manifest), job.orderDigest);
      if (job.grant) await patiently(ports.clock, consented, signal);
      const held = job.grant && (await custody?.custodyOf(job.grant));
      return {
        custody: held,
        maxRunMs: held ? Math.min(held.policy.maxRunMs, limits.maxRunMs) : limits.maxRunMs,
        maxMemoryBytes: limits.maxMemoryBytes,
        price: priceOfJob(job, terms),
      };
    };
    const openingOf = ({ grant }: Job) => (grant && custody?.openingOf(grant)) ?? {};
    const worker = startWorker(ports, { ...needs, jobs, openingOf, settingOf }, limits);
    const unserve = serveWork(ports, { ...needs, jobs, worker, authorise });
    return {
      name: 'work',
      port: { jobs },
      routes: workRoutes(jobs),
      metrics: workMetrics(jobs),
      takeUp: () => worker.takeUp(),
      stop: async () => {
        unserve();
        offers?.stop();
        await worker.stop();
      },
    };
  };

export const workKind = serviceKind({
  name: 'work',
  settings: workSettings,
  needs: [],
  uses: ['custody'],
  roles: ({ terms }) => (terms ? roles.provide : 0),
  create: work,
});
