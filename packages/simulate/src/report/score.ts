import type { Hex } from '@koinon/protocol';

/** One chance to be caught: predicted by formula, then seen. */
export interface Trial {
  kind: string;
  node: Hex;
  at: number;
  predicted: number;
  caught: boolean;
}

export interface Score {
  trials: Map<string, Trial>;
  /** Enters a chance to be caught; the first entry of an id counts. */
  try(id: string, trial: Omit<Trial, 'caught'>): void;
  /** Marks it as caught; ids never entered are passed over. */
  caught(id: string): void;
  /** Paid for what was not worth it, KOIN base units. */
  stolen: Map<Hex, bigint>;
  steal(node: Hex, amount: bigint): void;
  convictions: Array<{ accused: Hex; ground: string; at: number; slashed: bigint; planted: boolean }>;
  /** What juries about planted faults cost their providers, who agreed to that, KOIN base units. */
  plantCosts: Map<Hex, bigint>;
  /** Jurors' penalties, by dispute, round and juror. */
  penalties: Map<string, { juror: Hex; amount: bigint }>;
}

export function score(): Score {
  const trials = new Map<string, Trial>();
  const stolen = new Map<Hex, bigint>();
  return {
    trials,
    stolen,
    convictions: [],
    plantCosts: new Map(),
    penalties: new Map(),
    try(id, trial) {
      if (!trials.has(id)) trials.set(id, { ...trial, caught: false });
    },
    caught(id) {
      const trial = trials.get(id);
      if (trial) trial.caught = true;
    },
    steal(node, amount) {
      stolen.set(node, (stolen.get(node) ?? 0n) + amount);
    },
  };
}

/** How well a prediction fits: z of sum(caught − p) against its own variance. */
export function zOf(trials: readonly Trial[]): number {
  // Stopping after the first catch biases a mean, but not this sum: each term has mean zero given what went before.
  const excess = trials.reduce((sum, { caught, predicted }) => sum + (caught ? 1 : 0) - predicted, 0);
  const variance = trials.reduce((sum, { predicted }) => sum + predicted * (1 - predicted), 0);
  if (variance < 1e-9) return Math.abs(excess) < 1e-6 ? 0 : Number.POSITIVE_INFINITY;
  return excess / Math.sqrt(variance);
}
