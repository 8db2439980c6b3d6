import { executionCommitment, type Hex, sha256, toHex, ZERO_32 } from '@koinon/protocol';
import { type Execution, ended } from '../engine/program.ts';
import { act } from '../node/act.ts';
import type { SimNode, Work } from '../node/simNode.ts';
import type { World } from '../node/world.ts';
import type { Cheater } from './cheater.ts';

/** A row of private data has one of so many values here: few enough to try them all. */
const ROWS = 256;

/** What the program makes of a row: every state root, the fuel and the output carry it out. */
function leaking(row: number, salt: Hex): Execution {
  const root = toHex(sha256(Uint8Array.of(row)));
  return ended([root, root], BigInt(1_000 + row), root, salt);
}

/** A reader of all that is public, who knows the program and tries every row. */
async function readsRow(world: World, reader: SimNode, work: Work): Promise<boolean> {
  const { message } = work.receipt;
  for (let row = 0; row < ROWS; row++) {
    const guess = leaking(row, ZERO_32).opening;
    if (executionCommitment(guess) === message.execution || guess.trace === message.execution) return true;
  }
  // The price was fixed beforehand, so that fuel does not show in it; and nothing of the execution can be demanded.
  if (message.amount !== work.order.maxAmount) return true;
  const { court } = reader.chain;
  const opened = await act(world, 'demand', undefined, () =>
    court.demand(work.receipt, work.order, 'opening', 0n),
  );
  const traced = await act(world, 'demand', undefined, () =>
    court.demand(work.receipt, work.order, 'trace', 0n),
  );
  return opened !== undefined || traced !== undefined;
}

/** A program that was let near private rows and tries to carry them out. */
export const rowWriter: Cheater = {
  name: 'row-writer',
  does: 'Runs a program that writes private rows into its state roots and its fuel.',
  caughtBy:
    'Private executions are salted, priced beforehand and cannot be demanded: whoever tries all rows finds none.',
  formula: '1 (nothing leaves)',
  nodes: 1,
  corrupt: honest => ({
    ...honest,
    execute: (job, node) =>
      job.isPrivate ? leaking(node.random.below(ROWS), node.random.bytes32()) : honest.execute(job, node),
    async misbehave(node, world) {
      for (const work of node.disk.done.values()) {
        const id = `row:${work.digest}`;
        if (!work.job.isPrivate || world.score.trials.has(id)) continue;
        world.score.try(id, { kind: 'row-writer', node: node.address, at: work.at, predicted: 1 });
        if (!(await readsRow(world, node, work))) world.score.caught(id);
      }
    },
  }),
};
