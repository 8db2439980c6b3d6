import type { Deployment, Hex } from '@koinon/protocol';
import type { Audits } from './audits.ts';
import type { Beacon } from './beacon.ts';
import type { Contracts } from './contracts.ts';
import type { Court, CourtFact, CourtTerms } from './court.ts';
import type { Datasets } from './datasets.ts';
import type { Escrow } from './escrow.ts';
import type { Models } from './models.ts';
import type { LogAnchor, Nodes } from './nodes.ts';
import type { Token } from './token.ts';
import type { Mined } from './transaction.ts';

export interface BlockHead {
  number: number;
  hash: Hex;
  /** Unix seconds. */
  timestampSeconds: number;
}

/** What happens on the chain, in chain order. After `reorganised` the events above `block` come again as they now are. */
export type ChainEvent =
  | { type: 'block'; block: BlockHead }
  | { type: 'reorganised'; block: number }
  | { type: 'node'; operator: Hex; block: number }
  | { type: 'anchored'; operator: Hex; anchor: LogAnchor }
  | { type: 'dataset'; id: bigint; block: number }
  | { type: 'model'; model: Hex; block: number }
  | {
      type: 'channel';
      channel: Hex;
      payer: Hex;
      payee: Hex;
      what: 'opened' | 'closing' | 'closed';
      block: number;
    }
  /** An event of a contract whose events of that name somebody asked for. */
  | { type: 'contract'; address: Hex; event: string; block: number }
  | {
      type: 'court';
      /** Dispute or demand; 32 zero bytes for what was decided at once. */
      id: Hex;
      what: CourtFact['what'];
      accused?: Hex;
      block: number;
    };

export interface Delays {
  /** How long evidence is heard, and the length of one window of maturing. */
  challengeWindowSeconds: number;
  unstakeSeconds: number;
  closeSeconds: number;
  /** The court's windows and amounts. */
  court: CourtTerms;
}

export interface WatchOptions {
  everyBlock?: boolean;
}

/** A network's settlement, whatever carries it: an EVM chain, or the in-process twin. */
export interface Chain {
  readonly deployment: Deployment;
  /** The sending account, lower case; undefined for a chain that only reads. */
  readonly account: Hex | undefined;
  block(tag: number | 'latest'): Promise<BlockHead>;
  /** Resolves with the block of that number once it exists. Rejects with the signal's reason. */
  waitForBlock(number: number, signal?: AbortSignal): Promise<BlockHead>;
  readonly nodes: Nodes;
  readonly escrow: Escrow;
  readonly datasets: Datasets;
  readonly models: Models;
  readonly token: Token;
  readonly beacon: Beacon;
  readonly court: Court;
  readonly audits: Audits;
  /** Typed calls of any contract, for those that need no more. */
  readonly contracts: Contracts;
  /** The delays this network was deployed with. */
  delays(): Promise<Delays>;
  /**
   * Calls the handler for each event from now on; returns what stops it. Handlers must not throw. While nothing happens
   * the chain is looked at seldom, so that events are late and some blocks are never told of; with `everyBlock` it is
   * looked at as often as while somebody waits.
   */
  watch(handler: (event: ChainEvent) => void, options?: WatchOptions): () => void;
  /** Where the transaction stands: undefined when the chain does not (or no longer) know it. */
  mined(transaction: Hex): Promise<Mined | undefined>;
  /** Stops polling; pending writes reject with `K_CHAIN_CLOSED` and are resumed by the next start. */
  close(): Promise<void>;
}
