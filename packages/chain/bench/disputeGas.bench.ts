import type { Hex } from '@koinon/protocol';
import { startAnvil } from '../src/devnet/startAnvil.ts';
import type { Mined } from '../src/index.ts';
import { anvilWorld } from '../src/testing/anvilWorld.ts';
import { SALT, SMALL_COURT, staked, workOf } from '../src/testing/disputes.ts';
import { digest } from '../src/testing/samples.ts';
import { advanceTo } from '../src/testing/world.ts';

/** Gas of whole stories before the court, as the transactions used it on a real EVM. */
export default async function bench() {
  const anvil = await startAnvil({ blockTimeSeconds: 0.02, idleBlockSeconds: 3_600 });
  const world = await anvilWorld(anvil.rpcUrl, { accounts: 5, court: SMALL_COURT });
  try {
    for (const node of [1, 2, 3, 4]) await staked(world, node, 1_000n);
    const { court } = world.as(0);
    const gas = new Map<string, bigint[]>();
    const count = async <T extends Mined>(what: string, sent: Promise<T>): Promise<T> => {
      const mined = await sent;
      gas.set(what, [...(gas.get(what) ?? []), mined.gasUsed]);
      return mined;
    };

    const asked = await workOf(world, 1);
    const demand = await count('demand', court.demand(asked.receipt, asked.order, 'trace', 1n));
    const { root, path, count: steps } = asked.claim(1);
    const trace = { opening: asked.opening, count: steps, root, path };
    await count('answer', world.as(1).court.answerTrace(demand.demand, asked.receipt.message, trace));

    const work = await workOf(world, 1, { fuel: 5n });
    const right = work.outcome(1, digest(0x99));
    const seal = court.sealOf(right, SALT);
    const accusing = court.accuse(work.receipt, work.order, work.opening, work.claim(1), seal);
    const { dispute }: { dispute: Hex } = await count('accuse', accusing);
    const { commitUntil, appealUntil } = (await court.dispute(dispute))!.juries[0]!;
    for (const juror of [2, 3, 4]) {
      const vote = court.voteOf(dispute, 0, world.account(juror), right, SALT);
      await count('sealVote', world.as(juror).court.sealVote(dispute, vote));
    }
    await advanceTo(world, commitUntil);
    for (const juror of [2, 3, 4])
      await count('openVote', world.as(juror).court.openVote(dispute, right, SALT));
    await count('openSeal', court.openSeal(dispute, right, SALT));
    await advanceTo(world, appealUntil);
    await count('resolve', court.resolve(dispute));
    for (const juror of [2, 3, 4])
      await count('settleVote', court.settleVote(dispute, 0, world.account(juror)));

    const rows = [...gas].map(([what, used]) => ({
      transaction: what,
      times: used.length,
      gas: Number(used.reduce((a, b) => a + b, 0n)),
    }));
    const sum = (names: string[]) =>
      rows.filter(row => names.includes(row.transaction)).reduce((total, row) => total + row.gas, 0);
    const jury = ['accuse', 'sealVote', 'openVote', 'openSeal', 'resolve', 'settleVote'];
    return {
      title: 'Gas before the court: three jurors, three steps',
      rows,
      note: `A demand and its answer: ${sum(['demand', 'answer'])}. A whole dispute: ${sum(jury)}.`,
    };
  } finally {
    await world.close();
    await anvil.stop();
  }
}
