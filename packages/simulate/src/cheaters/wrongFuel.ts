import { ended, execute } from '../engine/program.ts';
import type { Cheater } from './cheater.ts';

/** The right output with a longer bill. */
export const wrongFuel: Cheater = {
  name: 'wrong-fuel',
  does: 'Does the work and says it took twice the fuel.',
  caughtBy: 'Fuel is part of the execution: the replay’s last step ends with another outcome.',
  formula: 'q · (1 − ρ)',
  byLot: true,
  nodes: 1,
  corrupt: honest => ({
    ...honest,
    execute({ manifest }) {
      const { roots, end } = execute(manifest);
      return ended(roots, 2n * end.fuel, end.rawOutput);
    },
  }),
};
