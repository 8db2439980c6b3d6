import { execute } from '../engine/program.ts';
import type { Cheater } from './cheater.ts';

/** Work is done once and sold to everybody. */
export const reusedResult: Cheater = {
  name: 'reused-result',
  does: 'Answers every order with the result of its first one.',
  caughtBy: 'A manifest names its own inputs and seed: the replay differs at step 0.',
  formula: 'q · (1 − ρ)',
  byLot: true,
  nodes: 1,
  corrupt(honest) {
    let first: ReturnType<typeof execute> | undefined;
    return {
      ...honest,
      execute({ manifest }) {
        first ??= execute(manifest);
        return first;
      },
    };
  },
};
