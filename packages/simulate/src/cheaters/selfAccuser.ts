import { firstDifference } from '@koinon/integrity';
import { execute } from '../engine/program.ts';
import { accuse } from '../node/audit.ts';
import type { Cheater } from './cheater.ts';
import { falsified } from './wrongOutput.ts';

/** Two nodes of one owner: one is guilty, the other wants the reward before somebody else has it. */
export const selfAccuser: Cheater = {
  name: 'self-accuser',
  does: 'Orders from itself, answers falsely, and accuses itself for the bounty.',
  caughtBy: 'It convicts itself. The bounty is a fixed sum far below the stake, the rest of which burns.',
  formula: '1',
  nodes: 2,
  corrupt: (honest, { members }, index) =>
    index === 0
      ? { ...honest, execute: falsified }
      : {
          ...honest,
          async misbehave(node, world) {
            if (world.convicted.has(members[0]!)) return;
            const own = [...world.works.values()].find(work => work.receipt.message.provider === members[0]);
            if (!own) return;
            const id = `self:${own.digest}`;
            const at = world.schedule.now();
            world.score.try(id, { kind: 'self-accuser', node: members[0]!, at, predicted: 1 });
            const mine = execute(own.job.manifest);
            await accuse(world, node, own, mine, firstDifference(mine, own.claimed)!);
          },
        },
};
