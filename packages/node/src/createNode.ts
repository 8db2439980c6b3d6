import {
  asKoinonError,
  decodeManifest,
  digestOfCid,
  type Hex,
  KoinonError,
  rolesOf,
  type Signed,
  signStatement,
  statementDigest,
  ZERO_32,
} from '@koinon/protocol';
import { AuditBook } from './audit/auditBook.ts';
import { type AuditService, serveAudits } from './audit/auditService.ts';
import { DossierBook } from './audit/dossierBook.ts';
import { LeadBook } from './audit/leadBook.ts';
import { AuditFund } from './audit/pay/auditFund.ts';
import { type PayService, startPay } from './audit/pay/payService.ts';
import { serveLeaves } from './audit/serveLeaves.ts';
import { BlobReaders } from './blobs/blobReaders.ts';
import { type CourtService, startCourt } from './court/courtService.ts';
import { DatasetBook } from './custody/datasetBook.ts';
import { describeHeld } from './custody/describeHeld.ts';
import { type DryRun, dryRun } from './custody/dryRun.ts';
import { GrantBook } from './custody/grantBook.ts';
import { type GrantService, serveGrants } from './custody/grantService.ts';
import { loadContent } from './custody/loadContent.ts';
import { ProgramReader } from './custody/programFacts.ts';
import { ReleaseLedger } from './custody/releaseLedger.ts';
import { RequestViews } from './custody/requestView.ts';
import { patiently } from './durable/patience.ts';
import { Workflows } from './durable/workflow.ts';
import { Catalogue } from './models/catalogue.ts';
import { type LogMonitor, startMonitor } from './monitor/logMonitor.ts';
import { answer } from './peers/ask.ts';
import type { NodePorts } from './ports/ports.ts';
import { serveOffers, type Terms } from './provide/offerBook.ts';
import { AuditRecord } from './record/auditRecord.ts';
import { Payer } from './request/payer.ts';
import { type LogAnchoring, startAnchoring } from './statements/anchorLog.ts';
import { HeadBook } from './statements/headBook.ts';
import { type LogKey, openLogKey } from './statements/logKey.ts';
import { serveLog } from './statements/serveLog.ts';
import { StudyBook } from './studies/studyBook.ts';
import { type StudyService, startStudies } from './studies/studyService.ts';
import { authoriseOrder } from './work/authoriseOrder.ts';
import { ChannelBook } from './work/channelBook.ts';
import { type Claiming, startClaiming } from './work/claimVouchers.ts';
import { type JobSetting, offeredPrice } from './work/executeJob.ts';
import { type Job, JobBook } from './work/jobBook.ts';
import { requireConfined } from './work/requireConfined.ts';
import { serveWork } from './work/serveWork.ts';
import { startWorker, type Worker } from './work/worker.ts';

export interface NodeOptions {
  /** Bits of `roles`. */
  roles: number;
  /** What this node asks for public work; needed for the role `provide`. */
  terms?: Terms | undefined;
  /** Whether it brings others before the court; what auditing nodes do unless told. */
  accuses?: boolean;
  /** How long the first unanchored entry of the log waits, milliseconds. */
  anchorDelayMs: number;
  /** How often vouchers are claimed, milliseconds. */
  claimEveryMs: number;
  /** Whether jobs run outside an adequate sandbox; they do unless told. */
  sandbox?: 'required' | 'available';
  /** Jobs, and replays, at a time. */
  slots: number;
  maxRunMs: number;
  maxMemoryBytes: number;
  version: string;
  /** What this node's orders promise for one audit, base units of the order's token; nothing unless told. */
  auditAmount?: bigint;
  /** The least a winning report must bring before this node sends transactions for it, base units of KOIN. */
  leastTicketAmount?: bigint;
}

/** A hundredth of a KOIN. */
const LEAST_TICKET_AMOUNT = 10n ** 16n;

/** A node with its services running. */
export interface KoinonNode {
  ports: NodePorts;
  options: NodeOptions;
  jobs: JobBook;
  datasets: DatasetBook;
  grants: GrantService;
  /** Shows the owner what is asked. */
  requestViews: RequestViews;
  programReader: ProgramReader;
  /** Shows the owner what a request would release; see `dryRun`. */
  dryRun(request: Hex, signal: AbortSignal): Promise<DryRun>;
  /** What jobs on the datasets here can have told. */
  ledger: ReleaseLedger;
  channels: ChannelBook;
  audits: AuditBook;
  auditing: AuditService | undefined;
  /** Has the node paid for its audits; undefined where it does none. */
  pay: PayService | undefined;
  court: CourtService;
  /** What this node has seen of audits. */
  record: AuditRecord;
  dossiers: DossierBook;
  workflows: Workflows;
  studies: StudyService;
  catalogue: Catalogue;
  anchoring: LogAnchoring;
  /** Signs the checkpoints of the log. */
  logKey: LogKey;
  /** Watches the logs of others. */
  monitor: LogMonitor;
  claiming: Claiming;
  worker: Worker;
  /** CIDs of the shipped programs by name. */
  programs: ReadonlyMap<string, string>;
  /** Goes on with what an earlier life left unfinished. Call it once the network is started. */
  takeUp(): void;
  stop(): Promise<void>;
}

/**
 * Composes the services over the ports: what an earlier life had reserved in the log is signed first, then handlers
 * answer. The caller starts the network and then calls `takeUp`.
 */
export async function createNode(
  given: NodePorts,
  options: NodeOptions,
  shippedPrograms: ReadonlyMap<string, Uint8Array>,
): Promise<KoinonNode> {
  const roleNames = new Set(rolesOf(options.roles));
  const monitor = startMonitor(given, { everyone: roleNames.has('audit') });
  const ports: NodePorts = { ...given, network: monitor.network };
  const { store, network, signer, deployment } = ports;
  const { database } = store;
  await store.log.recover(async entry => ({
    digest: statementDigest(entry.type, entry.message as never, deployment),
    signature: (await signStatement(entry.type, entry.message as never, deployment, signer)).signature,
  }));
  await requireWholeLog(ports);
  const logKey = await openLogKey(ports);
  const programs = new Map<string, string>();
  for (const [name, bytes] of shippedPrograms) programs.set(name, await store.blobs.put(bytes, 'public'));

  const jobs = new JobBook(database);
  const channels = new ChannelBook(database);
  const datasets = new DatasetBook(database);
  const ledger = new ReleaseLedger(database);
  const audits = new AuditBook(database);
  const dossiers = new DossierBook(database);
  const record = new AuditRecord(database);
  const workflows = new Workflows(database, ports.clock);
  const catalogue = new Catalogue(database);
  const readers = new BlobReaders(store);
  const payer = new Payer(ports, channels);
  const anchoring = startAnchoring(ports, { delayMs: options.anchorDelayMs });
  const claiming = startClaiming(ports, channels, { everyMs: options.claimEveryMs });

  answer(network, 'hello', async () => ({
    operator: signer.address,
    chainId: deployment.chainId,
    nodes: deployment.nodes,
    roles: options.roles,
    version: options.version,
  }));
  network.serveBlobs(readers.source());
  const heads = new HeadBook(ports);
  serveLog(ports, heads);
  serveLeaves(ports);
  const usesTaken = (grant: Signed<'Grant'>) =>
    jobs.usesOfGrant(statementDigest('Grant', grant.message, deployment), ZERO_32);
  const grantBook = new GrantBook(database);
  const grants = serveGrants(ports, { datasets, grants: grantBook, ledger, usesTaken });
  const programReader = new ProgramReader(ports, programs);
  const requestViews = new RequestViews(ports, { datasets, ledger, programs: programReader, usesTaken });
  const leaving = new AbortController();
  const { terms } = options;
  const offers = roleNames.has('provide') && terms ? serveOffers(ports, terms) : undefined;

  const datasetOf = (job: { grant?: { message: { dataset: bigint } } | undefined }) =>
    job.grant ? datasets.get(job.grant.message.dataset) : undefined;
  const allow = authoriseOrder(ports, { datasets, jobs, ledger }, offers?.current);
  const authorise: typeof allow = async (...order) => {
    await requireConfined(ports, options.sandbox);
    await allow(...order);
  };
  const settingOf = async (job: Job, signal: AbortSignal) => {
    // Consent may have ended while the order waited: a grant revoked, a policy changed, a dataset sold.
    const consented = () => authorise(job, decodeManifest(job.manifest), job.orderDigest);
    if (job.grant) await patiently(ports.clock, consented, signal);
    const dataset = datasetOf(job);
    const { maxAmount } = job.order.message;
    const setting: JobSetting = {
      custody: dataset && {
        policy: dataset.policy,
        description: await describeHeld(store, dataset),
        record: digestOfCid(dataset.metadata),
        content: ({ rows }) => loadContent(store, dataset, rows),
      },
      maxRunMs: dataset ? Math.min(dataset.policy.maxRunMs, options.maxRunMs) : options.maxRunMs,
      maxMemoryBytes: options.maxMemoryBytes,
      // The price of private work is fixed beforehand: one that followed what it came to would tell about the rows.
      price: job.grant
        ? () => job.grant!.message.amount
        : offeredPrice(terms ?? { baseAmount: 0n, gigafuelAmount: 0n }, maxAmount),
    };
    return setting;
  };
  const worker = startWorker(ports, { jobs, readers, anchoring, settingOf }, { slots: options.slots });
  serveWork(ports, {
    jobs,
    channels,
    claiming,
    readers,
    worker,
    dossiers,
    datasetOf,
    authorise,
  });
  const court = startCourt(
    ports,
    { jobs, channels, dossiers, faults: monitor.faults, heads },
    {
      accuses: options.accuses ?? roleNames.has('audit'),
      maxRunMs: options.maxRunMs,
      maxMemoryBytes: options.maxMemoryBytes,
    },
  );
  const leastTicketAmount = options.leastTicketAmount ?? LEAST_TICKET_AMOUNT;
  const pay = roleNames.has('audit') ? startPay(ports, dossiers, { leastTicketAmount }) : undefined;
  const auditFund = new AuditFund(ports, options.auditAmount ?? 0n);
  const auditing = roleNames.has('audit')
    ? serveAudits(
        ports,
        {
          audits,
          dossiers,
          leads: new LeadBook(database),
          anchoring,
          record,
          drawn: (receipt, dossier) => pay?.drawn(receipt, dossier),
          reported: finding => {
            court.reported(finding);
            pay?.reported(finding.receipt);
          },
        },
        { maxRunMs: options.maxRunMs, maxMemoryBytes: options.maxMemoryBytes, slots: options.slots },
      )
    : undefined;
  const studies = startStudies(
    { ports, workflows, channels, payer, catalogue, programs, record, court, auditFund },
    new StudyBook(database),
  );

  return {
    ports,
    options,
    jobs,
    datasets,
    grants,
    requestViews,
    programReader,
    dryRun: (request, signal) =>
      dryRun(
        ports,
        { datasets, grants: grantBook, ledger },
        { maxRunMs: options.maxRunMs, maxMemoryBytes: options.maxMemoryBytes },
        grants.look(request),
        AbortSignal.any([signal, leaving.signal]),
      ),
    ledger,
    channels,
    audits,
    auditing,
    pay,
    court,
    record,
    dossiers,
    workflows,
    studies,
    catalogue,
    anchoring,
    logKey,
    monitor,
    claiming,
    worker,
    programs,
    takeUp: () => {
      if (store.log.size > 0) anchoring.request();
      monitor.takeUp();
      worker.takeUp();
      auditing?.takeUp();
      pay?.takeUp();
      court.takeUp();
      studies.takeUp();
      void claiming
        .takeUp()
        .catch(error => ports.journal.note('claim-failed', { reason: asKoinonError(error).message }));
    },
    stop: async () => {
      leaving.abort();
      await Promise.all([
        monitor.stop(),
        studies.stop(),
        auditing?.stop(),
        pay?.stop(),
        worker.stop(),
        anchoring.stop(),
        claiming.stop(),
      ]);
    },
  };
}

/**
 * Throws `K_LOG_BEHIND` when the chain knows more entries than this store: signing on from an older backup would give
 * two statements one index, which costs the stake.
 */
async function requireWholeLog({ chain, signer, store }: NodePorts): Promise<void> {
  const anchored = await chain.nodes.head(signer.address);
  if (anchored.size <= BigInt(store.log.size)) return;
  throw new KoinonError({
    code: 'K_LOG_BEHIND',
    message: `The chain has ${anchored.size} entries of this node's log and the store only ${store.log.size}.`,
    fault: 'platform',
    data: { anchored: anchored.size.toString(), stored: store.log.size },
    next: 'Restore the newest copy of the node\u2019s folder. If it is lost, register a new operator key.',
  });
}
