import type { CourtOutcome, CourtTerms } from '@koinon/chain';
import type { MemoryChain } from '@koinon/chain/twin';
import type { TrustBook } from '@koinon/integrity';
import type { Hex, Message, Signed, StatementType } from '@koinon/protocol';
import type { GasMeter } from '../engine/gasMeter.ts';
import type { Network } from '../engine/network.ts';
import type { Random } from '../engine/random.ts';
import type { Schedule } from '../engine/schedule.ts';
import type { Score } from '../report/score.ts';
import type { SimNode, Work } from './simNode.ts';

/** Everything that the nodes of one run share, and what an onlooker knows who sees through all of them. */
export interface World {
  options: SimulateOptions;
  schedule: Schedule;
  network: Network;
  random: Random;
  memory: MemoryChain;
  terms: CourtTerms;
  nodes: Map<Hex, SimNode>;
  works: Map<Hex, Work>;
  trust: TrustBook;
  gas: GasMeter;
  score: Score;
  digest<T extends StatementType>(type: T, message: Message<T>): Hex;
  /** Stakes as a block ended: public, and the same for all, so computed once. */
  stakesAt(block: number): Promise<{ stakes: ReadonlyMap<Hex, bigint>; total: bigint }>;
  stakesChanged(): void;
  /** Calls back once the court has decided about a demand. */
  onDemandEnd(demand: Hex, then: (outcome: CourtOutcome) => void): void;
  /** Has a planted fault refuted when somebody agreed with it. */
  pursuePlant(requester: SimNode, work: Work): Promise<void>;
  /** What each node staked at the beginning. */
  staked: Map<Hex, bigint>;
  /** Who looks after which dispute. */
  tending: Set<string>;
  /** Whom the court found guilty. */
  convicted: Set<Hex>;
  /** Transactions that the chain refused, by action and reason. */
  refused: Map<string, number>;
  /** Receipts on the way through a jury as planted faults: what to reveal. */
  plants: Map<Hex, Plant>;
}

/** A planted fault that its provider committed to. */
export interface Plant {
  set: Hex;
  salt: Hex;
  consent: Signed<'Plant'>;
  isRevealed: boolean;
}

export interface SimulateOptions {
  seed: string;
  nodes: number;
  /** Share of nodes that cheat. */
  cheaters: number;
  /** Kinds of cheaters to take part; all by default. */
  kinds?: readonly string[];
  /** Epochs in which orders are given; the run goes on until all is decided. */
  rounds: number;
  /** Chance of an honest order to be a planted fault. */
  plants: number;
  loss: number;
  /** Chance of a node to crash in a round. */
  crashRate: number;
  /** Off: nobody audits, checks or accuses. */
  detection: boolean;
  realSignatures: boolean;
}

export const defaults: Omit<SimulateOptions, 'seed'> = {
  nodes: 50,
  cheaters: 0.1,
  rounds: 5,
  plants: 0.1,
  loss: 0.05,
  crashRate: 0.02,
  detection: true,
  realSignatures: false,
};

export const EPOCH_SECONDS = 600;
const KOIN = 10n ** 18n;
/** What a job costs. */
export const PRICE = KOIN;
/** What a node has at stake. */
export const STAKE = 1_000n * KOIN;
/** What it has besides, for bonds. */
export const PURSE = 20_000n * KOIN;
/** So that commit, reveal and appeal take an epoch each. */
export const WINDOW_SECONDS = 14 * EPOCH_SECONDS;
