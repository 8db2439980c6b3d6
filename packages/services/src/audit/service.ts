import { type Kernel, type Service, serviceKind } from '@koinon/kernel';
import { roles, schema } from '@koinon/protocol';
import { z } from 'zod';
import { AuditBook } from './auditBook.ts';
import { serveAudits } from './auditService.ts';
import { LeadBook } from './leadBook.ts';
import { auditMetrics } from './metrics.ts';
import type { PayBook } from './pay/payBook.ts';
import { startPay } from './pay/payService.ts';
import type { AuditFinding, AuditPort } from './port.ts';
import { auditRoutes } from './routes.ts';

/** A hundredth of a KOIN. */
const LEAST_TICKET_AMOUNT = 10n ** 16n;

const auditSettings = z.strictObject({
  /** The least a winning report must bring before transactions are sent for it, base units of KOIN. */
  leastTicketAmount: schema.uint(128).default(LEAST_TICKET_AMOUNT),
});

export type AuditNeeds = Pick<
  Kernel,
  'ports' | 'limits' | 'agenda' | 'evidence' | 'anchoring' | 'record' | 'monitor'
>;

/** All of auditing: what its routes and its tests work with. */
export interface AuditRoom extends AuditPort {
  audits: AuditBook;
  pay: PayBook;
}

/** Replays receipts that the lot or a data owner gave this node, logs what came out, and has itself paid for it. */
const audit =
  ({ leastTicketAmount }: z.output<typeof auditSettings>) =>
  (needs: AuditNeeds): Service<AuditRoom> => {
    const { ports, limits, agenda, evidence, monitor } = needs;
    const { database } = ports.store;
    const { dossiers } = evidence;
    const audits = new AuditBook(database);
    const handlers = new Set<(finding: AuditFinding) => void>();
    const pay = startPay(ports, { agenda, dossiers }, { leastTicketAmount });
    const auditing = serveAudits(
      ports,
      {
        ...needs,
        ...{ audits, dossiers },
        leads: new LeadBook(database),
        drawn: pay.drawn,
        reported: finding => {
          for (const handler of handlers) handler(finding);
          pay.reported(finding.receipt);
        },
      },
      limits,
    );
    // Whoever audits watches the logs of all others too.
    const unfollow = monitor.followEveryone();
    return {
      name: 'audit',
      port: {
        ...{ audits, pay: pay.book },
        onFinding: handler => {
          handlers.add(handler);
          return () => handlers.delete(handler);
        },
      },
      routes: auditRoutes(audits),
      metrics: auditMetrics(audits),
      takeUp: () => {
        auditing.takeUp();
        pay.takeUp(audits.list('reported').map(({ receipt }) => receipt));
      },
      stop: async () => {
        unfollow();
        await Promise.all([auditing.stop(), pay.stop()]);
      },
    };
  };

export const auditKind = serviceKind({
  name: 'audit',
  settings: auditSettings,
  needs: [],
  uses: [],
  roles: () => roles.audit,
  create: audit,
});
