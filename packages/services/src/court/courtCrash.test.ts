import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckpointStep, courtSteps } from '@koinon/kernel';
import type { SeededNetwork } from '@koinon/node/testing';
import { decided, jurors, restart, stakeOf, tamperOutput, withCourt, workedJob } from '@koinon/node/testing';

/** Lets whoever first reaches the step die there; `victim` resolves with its name when it has started again. */
async function killAt(
  network: SeededNetwork,
  names: readonly string[],
  step: CheckpointStep,
): Promise<{ victim: Promise<string> }> {
  const death = Promise.withResolvers<string>();
  let isDead = false;
  for (const name of names) {
    await restart(network, name, {
      ...(name === 'alder' && step !== 'demand-answered' ? { alterResult: tamperOutput } : {}),
      checkpoint: reached => {
        if (reached !== step || isDead) return;
        isDead = true;
        death.resolve(name);
        throw new Error('killed');
      },
    });
  }
  const victim = death.promise.then(async name => {
    await restart(network, name);
    return name;
  });
  return { victim };
}

for (const step of courtSteps.filter(each => each !== 'demand-answered')) {
  test(`whoever is killed at ${step} starts again, and the liar is convicted all the same`, async () => {
    await withCourt(111, async network => {
      const killed = await killAt(network, ['alder', ...jurors], step);
      await workedJob(network);
      const victim = await killed.victim;
      const [dispute] = await decided(network);
      assert.equal(dispute?.outcome, 'convicted', victim);
      await network.until(async () => ((await stakeOf(network, 'alder')) === 0n ? [true] : []));
      const { length } = await network.reader.court.disputes();
      assert.equal(length, 1, 'nobody accused twice');
    });
  });
}

test('a node killed while it answers a demand has answered it after all', async () => {
  await withCourt(112, async network => {
    const { victim } = await killAt(network, ['alder'], 'demand-answered');
    const receipt = await workedJob(network, { auditRatePpm: 1 });
    const dossier = network.member('alder').node.kernel.evidence.dossierOf(receipt)!;
    const { court } = network.member('researcher').node.ports.chain;
    await court.demand(dossier.receipt, dossier.order.message, 'trace', 1n);
    const { demand } = await court.demand(dossier.receipt, dossier.order.message, 'opening', 0n);
    await victim;
    const ended = await network.until(async () => {
      const demands = await court.demands();
      return demands.every(({ outcome }) => outcome !== 'open') ? demands : [];
    });
    assert.ok(
      ended.every(({ outcome }) => outcome === 'acquitted'),
      demand,
    );
    assert.equal(await stakeOf(network, 'alder'), 10n ** 21n);
  });
});

test('a node that was away while it was asked answers when it is back', async () => {
  await withCourt(113, async network => {
    const receipt = await workedJob(network, { auditRatePpm: 1 });
    const dossier = network.member('alder').node.kernel.evidence.dossierOf(receipt)!;
    await network.until(async () => {
      const { size } = await network.reader.nodes.head(network.member('alder').operator);
      return Number(size) === network.member('alder').store.log.size ? [true] : [];
    });
    await network.crash('alder');
    const { court } = network.member('researcher').node.ports.chain;
    for (const [what, index] of [
      ['trace', 0n],
      ['trace', 99n],
      ['opening', 0n],
      ['preimage', 0n],
      ['preimage', 1n],
    ] as const) {
      await court.demand(dossier.receipt, dossier.order.message, what, index);
    }
    await network.start('alder');
    const ended = await network.until(async () => {
      const demands = await court.demands();
      return demands.every(({ outcome }) => outcome !== 'open') ? demands : [];
    });
    assert.deepEqual(
      ended.map(({ outcome }) => outcome),
      Array(5).fill('acquitted'),
    );
  });
});
