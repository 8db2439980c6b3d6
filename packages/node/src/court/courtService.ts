import type { CourtTerms } from '@koinon/chain';
import { traceRoot } from '@koinon/integrity';
import { asKoinonError, auditVerdicts, decodeManifest, type Hex, toHex } from '@koinon/protocol';
import type { AuditFinding } from '../audit/auditService.ts';
import type { Dossier, DossierBook } from '../audit/dossierBook.ts';
import { KeyedPool } from '../durable/keyedPool.ts';
import type { LogMonitor } from '../monitor/logMonitor.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { HeadBook } from '../statements/headBook.ts';
import type { ChannelBook } from '../work/channelBook.ts';
import type { Job, JobBook } from '../work/jobBook.ts';
import { workCase } from './accuser.ts';
import { CaseBook } from './caseBook.ts';
import type { Again, CourtTools } from './courtPorts.ts';
import { OpeningBook } from './openingBook.ts';
import { ReplayBook } from './replayBook.ts';
import { type ReplayLimits, Replays } from './replays.ts';
import { workContradiction } from './workContradiction.ts';
import { workDemand } from './workDemand.ts';
import { workDispute } from './workDispute.ts';
import { workFinding } from './workFinding.ts';
import { workRefund } from './workRefund.ts';
import { workReports } from './workReports.ts';

/** Matters before the court that are worked on at a time. */
const AT_ONCE = 8;
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 60;

export interface CourtService {
  readonly cases: CaseBook;
  readonly openings: OpeningBook;
  readonly replays: ReplayBook;
  /** What this node can tell of a receipt, of its own work or from what it looked into. */
  dossierOf(receipt: Hex): Dossier | undefined;
  /** The roots a provider served, or this node's own where all of them are the same. */
  servedRoots(receipt: Hex): readonly Hex[] | undefined;
  /** An audit of this node came to its end. */
  reported(finding: AuditFinding): void;
  /** A public receipt was seen, with all that belongs to it; signatures were checked. */
  seen(receipt: Hex, dossier: Dossier): void;
  /** Goes on with everything this node has before the court, and watches what happens there. */
  takeUp(): void;
  stop(): Promise<void>;
}

const works = {
  dispute: workDispute,
  demand: workDemand,
  case: workCase,
  finding: workFinding,
  reports: workReports,
  contradiction: workContradiction,
  refund: workRefund,
} as const;
type Kind = keyof typeof works;
type Matter = `${Kind} ${Hex}`;

/**
 * Everything a node does before the court, as accuser, accused and juror. Each matter is looked at again when something
 * happens to it and when a time of its own has come; what is done next follows from the chain and the books alone.
 */
export function startCourt(
  ports: NodePorts,
  services: {
    jobs: JobBook;
    channels: ChannelBook;
    dossiers: DossierBook;
    faults: LogMonitor['faults'];
    heads: HeadBook;
  },
  /** `accuses`: brings others before the court; every node answers for itself, and judges where it is drawn. */
  options: ReplayLimits & { accuses: boolean },
): CourtService {
  const { chain, store, clock, journal } = ports;
  const { jobs, channels, dossiers, faults, heads } = services;
  const { database } = store;
  const stopping = new AbortController();
  const cases = new CaseBook(database);
  const openings = new OpeningBook(database);
  const replayBook = new ReplayBook(database);
  let termsOnce: Promise<CourtTerms> | undefined;
  const dossierOf = (receipt: Hex) => dossierOfJob(ports, jobs.byReceipt(receipt)) ?? dossiers.get(receipt);
  const tools: CourtTools = {
    ...{ ports, jobs, channels, cases, dossiers, openings, replayBook, faults, heads },
    replays: new Replays(ports, replayBook, options),
    ownDossier: dossierOf,
    orderOf: order => jobs.get(order)?.order.message ?? dossiers.orderOf(order),
    terms: () => {
      termsOnce ??= chain.court.terms().catch(error => {
        termsOnce = undefined;
        throw error;
      });
      return termsOnce;
    },
    chainSeconds: async () => (await chain.block('latest')).timestampSeconds,
    secret: cases.secret(() => toHex(ports.random())),
    signal: stopping.signal,
  };

  /** When matters are to be looked at again, unix seconds of the chain. */
  const due = new Map<Matter, number>();
  const failures = new Map<Matter, number>();
  let stops: (() => void)[] = [];
  let isUp = false;

  const work = async (matter: Matter): Promise<void> => {
    const [kind, id] = matter.split(' ') as [Kind, Hex];
    due.delete(matter);
    let again: Again;
    try {
      again = await works[kind](tools, id);
      failures.delete(matter);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const times = (failures.get(matter) ?? 0) + 1;
      failures.set(matter, times);
      const { code, message } = asKoinonError(error);
      journal.note('court-failed', { matter, code, reason: message });
      const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (times - 1), LONGEST_PAUSE_SECONDS);
      again = Math.floor(clock.nowMs() / 1000) + pause;
    }
    if (again !== undefined) due.set(matter, again);
  };
  const pool = new KeyedPool<Matter>(AT_ONCE, work);
  const look = (kind: Kind, id: Hex): void => {
    if (isUp) pool.add(`${kind} ${id}`);
  };

  /** What this node paid for and the court found false. */
  const lookForRefunds = async (): Promise<void> => {
    for (const { statement } of await chain.court.convictions()) {
      if (channels.paymentOf(statement)) look('refund', statement);
    }
  };

  const happened = async (id: Hex, what: string): Promise<void> => {
    if (what === 'convicted') await lookForRefunds();
    if (await chain.court.demandOf(id)) return look('demand', id);
    const view = await chain.court.dispute(id);
    if (!view) return;
    look('dispute', id);
    if (options.accuses && what === 'convicted') look('reports', view.receipt);
  };

  return {
    cases,
    openings,
    replays: replayBook,
    dossierOf,
    servedRoots: receipt => {
      const own = replayBook.get(receipt)?.trace.roots;
      const isSame = own && dossierOf(receipt)?.opening.trace === traceRoot(own);
      return replayBook.served(receipt) ?? (isSame ? own : undefined);
    },
    reported: ({ receipt, provider, dossier, verdict, trace }) => {
      const { private: isPrivate } = decodeManifest(dossier.manifest);
      if (isPrivate) return;
      openings.keep(receipt, dossier.receipt, dossier.opening);
      if (trace) replayBook.keep(receipt, trace);
      look('contradiction', receipt);
      if (!options.accuses || verdict !== auditVerdicts.differs) return;
      cases.find(receipt, provider, clock.nowMs());
      look('case', receipt);
    },
    seen: (receipt, dossier) => {
      dossiers.keep(receipt, dossier);
      openings.keep(receipt, dossier.receipt, dossier.opening);
      look('contradiction', receipt);
    },
    takeUp: () => {
      isUp = true;
      const report = (error: unknown) => {
        if (!stopping.signal.aborted) journal.note('court-failed', { reason: asKoinonError(error).message });
      };
      stops = [
        chain.watch(event => {
          if (event.type === 'court') void happened(event.id, event.what).catch(report);
          if (event.type !== 'block') return;
          for (const [matter, at] of due) if (at <= event.block.timestampSeconds) pool.add(matter);
        }),
      ];
      if (options.accuses) {
        stops.push(
          faults.onFault((_, id) => look('finding', id)),
          faults.onDoubt((_, id) => look('finding', id)),
        );
      }
      for (const { receipt } of cases.list('found')) look('case', receipt);
      void (async () => {
        for (const { dispute, receipt, outcome } of await chain.court.disputes()) {
          look('dispute', dispute);
          if (options.accuses && outcome === 'convicted') look('reports', receipt);
        }
        for (const { demand } of await chain.court.demands()) look('demand', demand);
        await lookForRefunds();
      })().catch(report);
    },
    stop: async () => {
      for (const stop of stops) stop();
      stopping.abort();
      await pool.stop();
    },
  };
}

/** What anybody may know of a public job of this node. */
export function dossierOfJob({ store }: Pick<NodePorts, 'store'>, job: Job | undefined): Dossier | undefined {
  const entry = job && store.log.byKey(`receipt:${job.orderDigest}`);
  if (!job?.result || entry?.type !== 'Receipt' || decodeManifest(job.manifest).private) return undefined;
  return {
    order: job.order,
    manifest: job.manifest,
    receipt: { message: entry.message, signature: entry.signature },
    leafSalt: entry.salt,
    opening: job.result.opening,
  };
}
