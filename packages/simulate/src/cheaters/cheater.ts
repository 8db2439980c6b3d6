import type { Hex } from '@koinon/protocol';
import type { Random } from '../engine/random.ts';
import type { Behaviour } from '../node/behaviour.ts';

/** Nodes of one cheater, who know and help each other. */
export interface Ring {
  /** Operator addresses; the first one leads. */
  members: readonly Hex[];
  random: Random;
}

/** A way of misbehaving: a few lines on top of an honest node. */
export interface Cheater {
  /** Short and unique, for tables and `--kinds`. */
  name: string;
  /** What it does, one sentence. */
  does: string;
  /** What finds it out, one sentence. */
  caughtBy: string;
  /** Chance to be caught, each time. */
  formula: string;
  /** Whether its false receipts are found by the lot, so that each is a trial of the formula with q. */
  byLot?: boolean;
  /** Nodes of one ring. */
  nodes: number;
  /** Stake of each member in parts of an ordinary node's; 1 by default. */
  stakeShare?: number;
  /** The behaviour of member `index`. */
  corrupt(honest: Behaviour, ring: Ring, index: number): Behaviour;
}
