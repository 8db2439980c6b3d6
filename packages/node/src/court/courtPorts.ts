import type { CourtTerms } from '@koinon/chain';
import type { Hex, Order } from '@koinon/protocol';
import type { Dossier, DossierBook } from '../audit/dossierBook.ts';
import type { LogMonitor } from '../monitor/logMonitor.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { HeadBook } from '../statements/headBook.ts';
import type { ChannelBook } from '../work/channelBook.ts';
import type { JobBook } from '../work/jobBook.ts';
import type { CaseBook } from './caseBook.ts';
import type { OpeningBook } from './openingBook.ts';
import type { ReplayBook } from './replayBook.ts';
import type { Replays } from './replays.ts';

/** What everything this node does before the court works with. */
export interface CourtTools {
  ports: NodePorts;
  jobs: JobBook;
  channels: ChannelBook;
  cases: CaseBook;
  dossiers: DossierBook;
  openings: OpeningBook;
  replayBook: ReplayBook;
  replays: Replays;
  faults: LogMonitor['faults'];
  heads: HeadBook;
  /** What this node itself can tell of a receipt: of its own work, or of what it looked into. */
  ownDossier(receipt: Hex): Dossier | undefined;
  /** An order by its digest, where this node has it. */
  orderOf(order: Hex): Order | undefined;
  terms(): Promise<CourtTerms>;
  /** Time of the newest block, unix seconds. */
  chainSeconds(): Promise<number>;
  /** The secret salts follow from. */
  secret: Hex;
  signal: AbortSignal;
}

/** When to look again, unix seconds; undefined when nothing is left to do. */
export type Again = number | undefined;

/** The name of the error with which a contract refused; undefined for everything else. */
export function refusalOf(error: unknown): string | undefined {
  const data = (error as { data?: Record<string, unknown> } | undefined)?.data;
  return typeof data?.['error'] === 'string' ? data['error'] : undefined;
}
