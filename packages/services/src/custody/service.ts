import { type Kernel, type Service, serviceKind } from '@koinon/kernel';
import { digestOfCid, type Hex, roles, type Signed, statementDigest } from '@koinon/protocol';
import { z } from 'zod';
import { DatasetBook } from './datasetBook.ts';
import { describeHeld } from './describeHeld.ts';
import { type DryRun, dryRun } from './dryRun.ts';
import { GrantBook } from './grantBook.ts';
import { grantFacts } from './grantFacts.ts';
import { type GrantService, serveGrants } from './grantService.ts';
import { loadContent } from './loadContent.ts';
import { custodyMetrics } from './metrics.ts';
import type { CustodyPort } from './port.ts';
import { ProgramReader } from './programFacts.ts';
import { publishRoutes } from './publishRoutes.ts';
import { ReleaseLedger } from './releaseLedger.ts';
import { requestRoutes } from './requestRoutes.ts';
import { RequestViews } from './requestView.ts';
import { revokeRoutes } from './revokeRoutes.ts';

const custodySettings = z.strictObject({});

export type CustodyNeeds = Pick<Kernel, 'ports' | 'limits' | 'programs' | 'datasets'>;

/** All of custody: what its routes and its tests work with. */
export interface CustodyRoom extends CustodyPort {
  datasets: DatasetBook;
  grants: GrantService;
  /** What jobs on the datasets here can have told. */
  ledger: ReleaseLedger;
  /** Shows the owner what is asked. */
  requestViews: RequestViews;
  programReader: ProgramReader;
  /** Shows the owner what a request would release; see `dryRun`. */
  dryRun(request: Hex, signal: AbortSignal): Promise<DryRun>;
}

/** Keeps datasets that nobody sees, and lets them be used as their owner grants. */
const custody =
  (_: z.output<typeof custodySettings>) =>
  ({ ports, limits, programs, datasets: directory }: CustodyNeeds): Service<CustodyRoom> => {
    const { store, clock, deployment } = ports;
    const { database } = store;
    const datasets = new DatasetBook(database);
    const ledger = new ReleaseLedger(database);
    const book = new GrantBook(database);
    const digestOf = (grant: Signed<'Grant'>) => statementDigest('Grant', grant.message, deployment);
    const usesTaken = (grant: Signed<'Grant'>) => ledger.usesOf(digestOf(grant));
    const { stop: unserve, ...grants } = serveGrants(ports, { datasets, grants: book, ledger, usesTaken });
    const programReader = new ProgramReader(ports, programs);
    const leaving = new AbortController();
    const unlist = directory.hold(id => {
      const held = datasets.get(id);
      if (!held) return undefined;
      const { name, target, policy, mock, metadata, publicTable, autoApprove } = held;
      return {
        ...{ name, policy, mock, metadata, autoApprove },
        ...(target === undefined ? {} : { target }),
        ...(publicTable === undefined ? {} : { publicTable }),
      };
    });
    const port: CustodyRoom = {
      ...{ datasets, grants, ledger, programReader },
      requestViews: new RequestViews(ports, { datasets, ledger, programs: programReader, usesTaken }),
      dryRun: (request, signal) =>
        dryRun(
          ports,
          { datasets, grants: book, ledger },
          limits,
          grants.look(request),
          AbortSignal.any([signal, leaving.signal]),
        ),
      factsOf: (grant, order) => grantFacts(ports, { datasets, ledger }, grant, order),
      charged: ({ message: { dataset, requester } }, order) =>
        ledger.charged(dataset, requester, clock.nowMs(), order),
      charge: (grant, order) => {
        const { dataset, requester, bits } = grant.message;
        const charge = { by: order, dataset, requester, bits: Number(bits), atMs: clock.nowMs() };
        ledger.charge({ ...charge, grant: digestOf(grant) });
      },
      custodyOf: async ({ message }) => {
        const held = datasets.get(message.dataset);
        return (
          held && {
            policy: held.policy,
            description: await describeHeld(store, held),
            record: digestOfCid(held.metadata),
            content: ({ rows }) => loadContent(store, held, rows),
          }
        );
      },
      openingOf: ({ message }) => {
        const held = datasets.get(message.dataset);
        if (!held) return {};
        const { content: cid, contentSalt: salt, policy, metadata } = held;
        return { content: { cid, salt }, policy, metadata };
      },
    };
    return {
      name: 'custody',
      port,
      routes: [
        ...revokeRoutes(ports),
        ...publishRoutes({ ports, datasets, maxRunMs: limits.maxRunMs }),
        ...requestRoutes({ ports, ...port }),
      ],
      metrics: custodyMetrics(datasets, book),
      takeUp: () => undefined,
      stop: async () => {
        leaving.abort();
        unserve();
        unlist();
      },
    };
  };

export const custodyKind = serviceKind({
  name: 'custody',
  settings: custodySettings,
  needs: [],
  uses: [],
  roles: () => roles.custody,
  create: custody,
});
