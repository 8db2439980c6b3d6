import { KoinonError, rolesOf, signStatement, statementDigest } from '@koinon/protocol';
import { AuditBook } from './audit/auditBook.ts';
import { type AuditService, serveAudits } from './audit/auditService.ts';
import { BlobReaders } from './blobs/blobReaders.ts';
import { DatasetBook } from './custody/datasetBook.ts';
import { GrantBook } from './custody/grantBook.ts';
import { type GrantService, serveGrants } from './custody/grantService.ts';
import { loadContent } from './custody/loadContent.ts';
import { Workflows } from './durable/workflow.ts';
import { Catalogue } from './models/catalogue.ts';
import { answer } from './peers/ask.ts';
import type { NodePorts } from './ports/ports.ts';
import { serveOffers, type Terms } from './provide/offerBook.ts';
import { Payer } from './request/payer.ts';
import { type LogAnchoring, startAnchoring } from './statements/anchorLog.ts';
import { serveLog } from './statements/serveLog.ts';
import { StudyBook } from './studies/studyBook.ts';
import { type StudyService, startStudies } from './studies/studyService.ts';
import { authoriseOrder } from './work/authoriseOrder.ts';
import { ChannelBook } from './work/channelBook.ts';
import { type JobSetting, offeredPrice } from './work/executeJob.ts';
import { JobBook } from './work/jobBook.ts';
import { serveWork } from './work/serveWork.ts';
import { startWorker, type Worker } from './work/worker.ts';

export interface NodeOptions {
  /** Bits of `roles`. */
  roles: number;
  /** What this node asks for public work; needed for the role `provide`. */
  terms?: Terms | undefined;
  /** How long the first unanchored entry of the log waits, milliseconds. */
  anchorDelayMs: number;
  /** Jobs, and replays, at a time. */
  slots: number;
  maxRunMs: number;
  maxMemoryBytes: number;
  version: string;
}

/** A node with its services running. */
export interface KoinonNode {
  ports: NodePorts;
  options: NodeOptions;
  jobs: JobBook;
  datasets: DatasetBook;
  grants: GrantService;
  channels: ChannelBook;
  audits: AuditBook;
  auditing: AuditService | undefined;
  workflows: Workflows;
  studies: StudyService;
  catalogue: Catalogue;
  anchoring: LogAnchoring;
  worker: Worker;
  /** CIDs of the shipped programs by name. */
  programs: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/**
 * Composes the services over the ports and starts them: first what an earlier life had reserved in the log is signed,
 * then handlers answer, then unfinished jobs, audits and studies go on. The network is started by the caller, after.
 */
export async function createNode(
  ports: NodePorts,
  options: NodeOptions,
  shippedPrograms: ReadonlyMap<string, Uint8Array>,
): Promise<KoinonNode> {
  const { store, network, signer, deployment } = ports;
  const { database } = store;
  const roleNames = new Set(rolesOf(options.roles));
  await store.log.recover(async entry => ({
    digest: statementDigest(entry.type, entry.message as never, deployment),
    signature: (await signStatement(entry.type, entry.message as never, deployment, signer)).signature,
  }));
  const programs = new Map<string, string>();
  for (const [name, bytes] of shippedPrograms) programs.set(name, await store.blobs.put(bytes, 'public'));

  const jobs = new JobBook(database);
  const channels = new ChannelBook(database);
  const datasets = new DatasetBook(database);
  const audits = new AuditBook(database);
  const workflows = new Workflows(database, ports.clock);
  const catalogue = new Catalogue(database);
  const readers = new BlobReaders(store);
  const payer = new Payer(ports, channels);
  const anchoring = startAnchoring(ports, { delayMs: options.anchorDelayMs });

  answer(network, 'hello', async () => ({
    operator: signer.address,
    chainId: deployment.chainId,
    nodes: deployment.nodes,
    roles: options.roles,
    version: options.version,
  }));
  network.serveBlobs(readers.source());
  serveLog(ports);
  const grants = serveGrants(ports, datasets, new GrantBook(database));
  const { terms } = options;
  const offers = roleNames.has('provide') && terms ? serveOffers(ports, terms) : undefined;

  const datasetOf = (job: { grant?: { message: { dataset: bigint } } | undefined }) =>
    job.grant ? datasets.get(job.grant.message.dataset) : undefined;
  const settingOf = async (
    job: Parameters<typeof datasetOf>[0] & { order: { message: { maxAmount: bigint } } },
  ) => {
    const dataset = datasetOf(job);
    const { maxAmount } = job.order.message;
    const setting: JobSetting = {
      content: async id => {
        if (dataset?.id === id) return loadContent(store, dataset);
        throw new KoinonError({
          code: 'K_DATASET_UNKNOWN',
          message: `No dataset ${id} here.`,
          fault: 'user',
        });
      },
      policy: dataset?.policy,
      maxRunMs: dataset ? Math.min(dataset.policy.maxRunMs, options.maxRunMs) : options.maxRunMs,
      maxMemoryBytes: options.maxMemoryBytes,
      // The price of private work is fixed beforehand: one that followed the fuel would tell about the rows.
      price: dataset
        ? (_fuel, releasedCount) => (releasedCount > 0 ? dataset.policy.amount : 0n)
        : offeredPrice(terms ?? { baseAmount: 0n, gigafuelAmount: 0n }, maxAmount),
    };
    return setting;
  };
  const worker = startWorker(ports, { jobs, readers, anchoring, settingOf }, { slots: options.slots });
  serveWork(ports, {
    jobs,
    channels,
    readers,
    worker,
    datasetOf,
    authorise: authoriseOrder(ports, { datasets, jobs }, offers?.current),
  });
  const auditing = roleNames.has('audit')
    ? serveAudits(
        ports,
        { audits, anchoring },
        { maxRunMs: options.maxRunMs, maxMemoryBytes: options.maxMemoryBytes, slots: options.slots },
      )
    : undefined;
  const studies = startStudies(
    { ports, workflows, channels, payer, catalogue, programs },
    new StudyBook(database),
  );

  return {
    ports,
    options,
    jobs,
    datasets,
    grants,
    channels,
    audits,
    auditing,
    workflows,
    studies,
    catalogue,
    anchoring,
    worker,
    programs,
    stop: async () => {
      await Promise.all([studies.stop(), auditing?.stop(), worker.stop(), anchoring.stop()]);
    },
  };
}
