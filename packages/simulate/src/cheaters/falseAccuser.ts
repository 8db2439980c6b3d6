import { stepClaim } from '@koinon/integrity';
import { act } from '../node/act.ts';
import type { Cheater } from './cheater.ts';

/** Throws mud at honest work. */
export const falseAccuser: Cheater = {
  name: 'false-accuser',
  does: 'Accuses receipts of honest nodes that are right.',
  caughtBy: 'The jury finds what the accused said; the accuser’s bond pays the jurors.',
  formula: '1',
  nodes: 1,
  corrupt: honest => ({
    ...honest,
    async misbehave(node, world) {
      const right = [...world.works.values()].filter(
        work =>
          !work.isFalse && !work.job.isPrivate && !world.nodes.get(work.receipt.message.provider)!.cheater,
      );
      if (right.length === 0) return;
      const work = node.random.pick(right);
      const own = { outcome: node.random.bytes32(), salt: node.random.bytes32() };
      const { court } = node.chain;
      const claim = stepClaim(work.claimed.roots, node.random.below(work.claimed.roots.length));
      const made = await act(world, 'accuse', node.address, () =>
        court.accuse(
          work.receipt,
          work.order,
          work.claimed.opening,
          claim,
          court.sealOf(own.outcome, own.salt),
        ),
      );
      if (!made) return;
      node.disk.seals.set(made.dispute, own);
      const at = world.schedule.now();
      world.score.try(`dispute:${made.dispute}`, {
        kind: 'false-accuser',
        node: node.address,
        at,
        predicted: 1,
      });
    },
  }),
};
