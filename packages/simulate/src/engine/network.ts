import type { SimNode } from '../node/simNode.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';

export interface NetworkOptions {
  /** Chance that a message never arrives. */
  loss: number;
  /** Longest way of one message, seconds. */
  delaySeconds: number;
}

/** Seconds after which a question without an answer counts as lost. */
const PATIENCE_SECONDS = 30;

export interface Network {
  /**
   * Asks another node and goes on with its answer, or with undefined when the question or the answer was lost, the other is
   * down, or it does not answer.
   */
  ask<T>(
    from: SimNode,
    to: SimNode,
    question: (to: SimNode) => T | undefined | Promise<T | undefined>,
    then: (answer: T | undefined) => void | Promise<void>,
  ): void;
}

/** Loses and delays; what a node that is down was told is gone. */
export function network(schedule: Schedule, random: Random, options: NetworkOptions): Network {
  const way = () => 0.05 + random.next() * options.delaySeconds;
  const isLost = () => random.chance(options.loss);
  return {
    ask(from, to, question, then) {
      const [there, back, lostThere, lostBack] = [way(), way(), isLost(), isLost()];
      const giveUp = () => schedule.after(PATIENCE_SECONDS, () => from.whenUp(() => then(undefined)));
      if (lostThere) return giveUp();
      schedule.after(there, async () => {
        const answer = to.isUp() ? await question(to) : undefined;
        if (answer === undefined || lostBack) return giveUp();
        schedule.after(back, () => from.whenUp(() => then(answer)));
      });
    },
  };
}
