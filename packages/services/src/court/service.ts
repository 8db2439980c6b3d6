import type { CourtTerms } from '@koinon/chain';
import { traceRoot } from '@koinon/integrity';
import { type Again, type Kernel, type Service, serviceKind } from '@koinon/kernel';
import { asKoinonError, auditVerdicts, decodeManifest, type Hex, toHex } from '@koinon/protocol';
import { z } from 'zod';
import type { AuditFinding, AuditPort } from '../audit/port.ts';
import { workCase } from './accuser.ts';
import { CaseBook } from './caseBook.ts';
import type { CourtTools } from './courtPorts.ts';
import { courtMetrics } from './metrics.ts';
import type { CourtPort } from './port.ts';
import { ReplayBook } from './replayBook.ts';
import { Replays } from './replays.ts';
import { courtRoutes } from './routes.ts';
import { workContradiction } from './workContradiction.ts';
import { workDemand } from './workDemand.ts';
import { workDispute } from './workDispute.ts';
import { workFinding } from './workFinding.ts';
import { workRefund } from './workRefund.ts';
import { workReports } from './workReports.ts';

/** Matters before the court that are worked on at a time. */
const AT_ONCE = 8;

const courtSettings = z.strictObject({
  /** Whether it brings others before the court; what auditing nodes do unless told. */
  accuses: z.boolean().optional(),
});

export interface CourtNeeds
  extends Pick<
    Kernel,
    'ports' | 'limits' | 'agenda' | 'evidence' | 'channels' | 'heads' | 'monitor' | 'record'
  > {
  audit?: AuditPort | undefined;
}

/** All of it: what its routes and its tests work with. */
export interface CourtRoom extends CourtPort {
  cases: CaseBook;
  replays: ReplayBook;
  /** An audit of this node came to its end. */
  reported(finding: AuditFinding): void;
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
 * Everything a node does before the court, as accuser, accused and juror: it answers for itself, judges where it is drawn,
 * and, if it `accuses`, brings others there. Each matter is looked at again when something happens to it and when a time of
 * its own has come; what is done next follows from the chain and the books alone.
 */
const court =
  (settings: z.output<typeof courtSettings>) =>
  (needs: CourtNeeds): Service<CourtRoom> => {
    const { ports, limits, agenda, evidence, channels, audit } = needs;
    const { chain, store, clock, journal } = ports;
    const accuses = settings.accuses ?? audit !== undefined;
    const { faults } = needs.monitor;
    const stopping = new AbortController();
    const cases = new CaseBook(store.database);
    const replayBook = new ReplayBook(store.database);
    let termsOnce: Promise<CourtTerms> | undefined;
    const tools: CourtTools = {
      ...{ ports, channels, cases, evidence, replayBook, faults, heads: needs.heads },
      replays: new Replays(ports, replayBook, limits),
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

    const matters = agenda.matters<Matter>('court', {
      slots: AT_ONCE,
      work: async (matter): Promise<Again> => {
        const [kind, id] = matter.split(' ') as [Kind, Hex];
        const atSeconds = await works[kind](tools, id);
        return atSeconds === undefined ? undefined : { atSeconds };
      },
      failed: (matter, error) => {
        const { code, message } = asKoinonError(error);
        journal.note('court-failed', { matter, code, reason: message });
      },
    });
    const look = (kind: Kind, id: Hex): void => matters.add(`${kind} ${id}`);
    const report = (error: unknown): void => {
      if (!stopping.signal.aborted) journal.note('court-failed', { reason: asKoinonError(error).message });
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
      if (accuses && what === 'convicted') look('reports', view.receipt);
    };

    const reported = ({ receipt, provider, dossier, verdict, trace }: AuditFinding): void => {
      if (decodeManifest(dossier.manifest).private) return;
      evidence.openings.keep(receipt, dossier.receipt, dossier.opening);
      if (trace) replayBook.keep(receipt, trace);
      look('contradiction', receipt);
      if (!accuses || verdict !== auditVerdicts.differs) return;
      cases.find(receipt, provider, clock.nowMs());
      look('case', receipt);
    };

    const stops = [evidence.seen.add(receipt => look('contradiction', receipt))];
    if (audit) stops.push(audit.onFinding(reported));

    const servedRoots = (receipt: Hex): readonly Hex[] | undefined => {
      const own = replayBook.get(receipt)?.trace.roots;
      const isSame = own && evidence.dossierOf(receipt)?.opening.trace === traceRoot(own);
      return replayBook.served(receipt) ?? (isSame ? own : undefined);
    };

    return {
      name: 'court',
      port: {
        ...{ cases, reported },
        replays: replayBook,
        servedRoots,
      },
      routes: courtRoutes({ ...needs, servedRoots }),
      metrics: courtMetrics(cases, replayBook),
      takeUp: () => {
        stops.push(
          chain.watch(event => {
            if (event.type === 'court') void happened(event.id, event.what).catch(report);
          }),
        );
        if (accuses) {
          stops.push(
            faults.onFault((_, id) => look('finding', id)),
            faults.onDoubt((_, id) => look('finding', id)),
          );
        }
        for (const { receipt } of cases.list('found')) look('case', receipt);
        void (async () => {
          for (const { dispute, receipt, outcome } of await chain.court.disputes()) {
            look('dispute', dispute);
            if (accuses && outcome === 'convicted') look('reports', receipt);
          }
          for (const { demand } of await chain.court.demands()) look('demand', demand);
          await lookForRefunds();
        })().catch(report);
      },
      stop: async () => {
        for (const stop of stops) stop();
        stopping.abort();
        await matters.stop();
      },
    };
  };

export const courtKind = serviceKind({
  name: 'court',
  settings: courtSettings,
  needs: [],
  uses: ['audit'],
  roles: () => 0,
  create: court,
});
