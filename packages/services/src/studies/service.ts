import { type Kernel, type Service, serviceKind } from '@koinon/kernel';
import { type Quote, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { ServingPort } from '../serving/port.ts';
import { AuditFund } from './auditFund.ts';
import { type QuoteRequest, quoteFor } from './quote.ts';
import { quoteRoutes } from './quoteRoutes.ts';
import { StudyBook } from './studyBook.ts';
import { studyRoutes } from './studyRoutes.ts';
import { type StudyService, startStudies } from './studyService.ts';

const studiesSettings = z.strictObject({
  /** What this node's public orders promise for one audit, base units of KOIN; nothing by default. */
  auditAmount: schema.uint(128).default(0n),
});

export interface StudiesNeeds
  extends Pick<Kernel, 'ports' | 'workflows' | 'channels' | 'payer' | 'programs' | 'record' | 'evidence'> {
  serving: ServingPort;
}

/** All of it: what its routes and its tests work with. */
export interface StudiesRoom extends Omit<StudyService, 'takeUp' | 'stop'> {
  /** What a study, or an order, would cost and could tell; see `quoteFor`. */
  quote(request: QuoteRequest, signal: AbortSignal): Promise<Quote>;
}

/** A requester's side: trains on data nobody sees, runs programs, pays, and serves what came out. */
const studies =
  ({ auditAmount }: z.output<typeof studiesSettings>) =>
  (needs: StudiesNeeds): Service<StudiesRoom> => {
    const { ports } = needs;
    const auditFund = new AuditFund(ports, auditAmount);
    const { takeUp, stop, ...port } = startStudies(
      { ...needs, auditFund },
      new StudyBook(ports.store.database),
    );
    const quote = (request: QuoteRequest, signal: AbortSignal) =>
      quoteFor(needs, { auditAmount, ...request }, signal);
    const { workflows } = needs;
    return {
      name: 'studies',
      port: { ...port, quote },
      routes: [
        ...studyRoutes({ studies: port, workflows, blobs: ports.store.blobs }),
        ...quoteRoutes(quote, ports.clock),
      ],
      takeUp,
      stop,
    };
  };

export const studiesKind = serviceKind({
  name: 'studies',
  settings: studiesSettings,
  needs: ['serving'],
  uses: [],
  roles: () => 0,
  create: studies,
});
