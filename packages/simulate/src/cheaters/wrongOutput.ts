import { ended, execute } from '../engine/program.ts';
import type { Job } from '../node/behaviour.ts';
import type { SimNode } from '../node/simNode.ts';
import type { Cheater } from './cheater.ts';

/** An execution that goes wrong at a random step and ends with another output. */
export function falsified({ manifest }: Job, node: SimNode) {
  const right = execute(manifest);
  const from = node.random.below(right.roots.length);
  const roots = right.roots.map((root, i) => (i < from ? root : node.random.bytes32()));
  return ended(roots, right.end.fuel, node.random.bytes32());
}

/** Builds a record, then sells noise at the price of work. */
export const wrongOutput: Cheater = {
  name: 'wrong-output',
  does: 'Answers with an output that the program did not produce.',
  caughtBy: 'A drawn auditor replays the work, finds the first step that differs and takes it to a jury.',
  formula: 'q · (1 − ρ)',
  byLot: true,
  nodes: 1,
  corrupt: honest => ({ ...honest, execute: falsified }),
};
