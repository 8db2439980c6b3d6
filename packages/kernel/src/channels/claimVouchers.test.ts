import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicStudy, withNetwork } from '@koinon/node/testing';

test('vouchers of several jobs are claimed together, once, and a payer that closes is claimed from at once', async () => {
  await withNetwork(31, async network => {
    const studies = network.member('researcher').node.port('studies');
    for (let job = 0; job < 2; job++) {
      const study = await studies.settled(studies.begin(await publicStudy(network)));
      assert.equal(study.state, 'done', study.failure?.message);
    }
    const payee = ['alder', 'birch'].find(
      name => network.member(name).node.kernel.channels.list().length > 0,
    )!;
    const { node } = network.member(payee);
    const [account] = node.kernel.channels.list();
    assert.equal(node.kernel.channels.payments(account!.channel).length, 2);
    assert.equal(await node.kernel.claiming.claimNow(), account!.cumulativeAmount);
    assert.equal(await node.kernel.claiming.claimNow(), 0n);
    const reader = network.reader;
    assert.equal((await reader.escrow.channel(account!.params)).claimed, account!.cumulativeAmount);

    const third = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(third.state, 'done', third.failure?.message);
    const owed = node.kernel.channels.get(account!.channel)!.cumulativeAmount;
    assert.ok(owed > account!.cumulativeAmount);
    await network.member('researcher').node.ports.chain.escrow.requestClose(account!.params);
    while (
      !network.member(payee).notes.some(({ facts }) => facts['claimed'] === owed - account!.cumulativeAmount)
    ) {
      await new Promise(resolve => setImmediate(resolve));
    }
    assert.equal((await reader.escrow.channel(account!.params)).claimed, owed);
  });
});
