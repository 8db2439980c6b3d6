import type { CourtTerms } from '@koinon/chain';
import type { ChannelBook, Evidence, HeadBook, LogMonitor, NodePorts } from '@koinon/kernel';
import type { Hex } from '@koinon/protocol';
import type { CaseBook } from './caseBook.ts';
import type { ReplayBook } from './replayBook.ts';
import type { Replays } from './replays.ts';

/** What everything this node does before the court works with. */
export interface CourtTools {
  ports: NodePorts;
  channels: ChannelBook;
  cases: CaseBook;
  evidence: Evidence;
  replayBook: ReplayBook;
  replays: Replays;
  faults: LogMonitor['faults'];
  heads: HeadBook;
  terms(): Promise<CourtTerms>;
  /** Time of the newest block, unix seconds. */
  chainSeconds(): Promise<number>;
  /** The secret salts follow from. */
  secret: Hex;
  signal: AbortSignal;
}

/** When to look again, unix seconds of the chain; undefined when nothing is left to do. */
export type LookAgain = number | undefined;
