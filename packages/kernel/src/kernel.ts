import { KoinonError, signStatement, statementDigest } from '@koinon/protocol';
import { BlobReaders } from './blobs/blobReaders.ts';
import { ChannelBook } from './channels/channelBook.ts';
import { type Claiming, startClaiming } from './channels/claimVouchers.ts';
import { Payer } from './channels/payer.ts';
import { DatasetDirectory } from './datasets/directory.ts';
import { Agenda } from './durable/agenda.ts';
import { Workflows } from './durable/workflow.ts';
import { Evidence } from './evidence/evidence.ts';
import { serveEvidence } from './evidence/serveEvidence.ts';
import { Meter } from './metrics/meter.ts';
import { type LogMonitor, startMonitor } from './monitor/logMonitor.ts';
import { answer } from './peers/ask.ts';
import type { NodePorts } from './ports/ports.ts';
import { AuditRecord } from './record/auditRecord.ts';
import type { JobLimits } from './run/limits.ts';
import { type LogAnchoring, startAnchoring } from './statements/anchorLog.ts';
import { HeadBook } from './statements/headBook.ts';
import { type LogKey, openLogKey } from './statements/logKey.ts';
import { serveLog } from './statements/serveLog.ts';

export interface KernelOptions {
  /** Bits of `roles`, as the registry has them: told to whoever says hello. */
  roles: number;
  limits: JobLimits;
  /** How long the first unanchored entry of the log waits, milliseconds. */
  anchorDelayMs: number;
  /** How often vouchers are claimed, milliseconds. */
  claimEveryMs: number;
  version: string;
}

/** What every service of a node stands on. */
export interface Kernel {
  ports: NodePorts;
  limits: JobLimits;
  version: string;
  agenda: Agenda;
  workflows: Workflows;
  anchoring: LogAnchoring;
  /** Signs the checkpoints of the log. */
  logKey: LogKey;
  /** The heads of the log that this node signed. */
  heads: HeadBook;
  /** Watches the logs of others. */
  monitor: LogMonitor;
  readers: BlobReaders;
  evidence: Evidence;
  channels: ChannelBook;
  claiming: Claiming;
  payer: Payer;
  /** The datasets of the network. */
  datasets: DatasetDirectory;
  /** What this node has seen of audits. */
  record: AuditRecord;
  /** CIDs of the shipped programs by name; their bytes are in the store. */
  programs: ReadonlyMap<string, string>;
  /** Counts what happens, for Prometheus. */
  meter: Meter;
  /** Goes on with what an earlier life left unfinished. Call it once the network is started. */
  takeUp(): void;
  /** Call it when every service has ended. */
  stop(): Promise<void>;
}

/**
 * Starts what every service stands on: what an earlier life had reserved in the log is signed first, then handlers answer.
 * Anchoring and answering for what was signed are here, so that no node can go without. Throws `K_LOG_BEHIND`.
 */
export async function startKernel(
  given: NodePorts,
  options: KernelOptions,
  shippedPrograms: ReadonlyMap<string, Uint8Array>,
): Promise<Kernel> {
  const { store, clock, chain, signer, deployment } = given;
  const { database } = store;
  const agenda = new Agenda({
    database,
    clock,
    watchBlocks: (handler, options) =>
      chain.watch(event => {
        if (event.type === 'block') handler(event.block);
      }, options),
  });
  const monitor = startMonitor(given, agenda);
  // No caller can forget to have a statement watched that another node hands out.
  const ports: NodePorts = { ...given, network: monitor.network };
  const { network } = ports;
  await store.log.recover(async entry => ({
    digest: statementDigest(entry.type, entry.message as never, deployment),
    signature: (await signStatement(entry.type, entry.message as never, deployment, signer)).signature,
  }));
  await requireWholeLog(ports);
  const logKey = await openLogKey(ports);
  const programs = new Map<string, string>();
  for (const [name, bytes] of shippedPrograms) programs.set(name, await store.blobs.put(bytes, 'public'));

  const readers = new BlobReaders(store);
  const evidence = new Evidence(store);
  const channels = new ChannelBook(database);
  const heads = new HeadBook(ports);
  const anchoring = startAnchoring(ports, { delayMs: options.anchorDelayMs });
  const claiming = startClaiming(ports, channels, { everyMs: options.claimEveryMs });
  network.serveBlobs(readers.source());
  const ends = [
    answer(network, 'hello', async () => ({
      operator: signer.address,
      chainId: deployment.chainId,
      nodes: deployment.nodes,
      roles: options.roles,
      version: options.version,
    })),
    serveLog(ports, heads),
    serveEvidence(ports, evidence, readers),
  ];

  return {
    ...{ ports, agenda, monitor, logKey, programs, readers, evidence, channels, heads, anchoring, claiming },
    limits: options.limits,
    version: options.version,
    workflows: new Workflows(database, clock),
    payer: new Payer(ports, channels),
    meter: new Meter(),
    record: new AuditRecord(database),
    datasets: new DatasetDirectory(ports),
    takeUp: () => {
      if (store.log.size > 0) anchoring.request();
      agenda.takeUp();
      monitor.takeUp();
      claiming.takeUp();
    },
    stop: async () => {
      for (const end of ends) end();
      await Promise.all([monitor.stop(), anchoring.stop(), claiming.stop()]);
      await agenda.stop();
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
