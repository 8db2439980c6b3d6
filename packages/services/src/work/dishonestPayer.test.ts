import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodePorts } from '@koinon/kernel';
import { ask } from '@koinon/kernel';
import {
  handmadeOrder,
  type Member,
  openChannel,
  ordered,
  publicManifest,
  type SeededNetwork,
  type Submission,
  withNetwork,
} from '@koinon/node/testing';
import { fromHex, type Hex, rootOf, signStatement, statementDigest, toHex } from '@koinon/protocol';
import { smallProgram } from '@koinon/world';

const MOST = 10n ** 17n;

async function against(
  seed: number,
  attack: (parts: {
    ports: NodePorts;
    alder: Member;
    manifest: Uint8Array;
    network: SeededNetwork;
  }) => Promise<void>,
): Promise<void> {
  await withNetwork(seed, async network => {
    const ports = network.member('researcher').node.ports;
    const program = await ports.store.blobs.put(smallProgram, 'public');
    await attack({ ports, alder: network.member('alder'), manifest: publicManifest(program), network });
  });
}

async function codesOf(answers: Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(answers);
  return settled
    .map(one => (one.status === 'fulfilled' ? 'taken' : (one.reason as { code: string }).code))
    .sort();
}

const submit = (ports: NodePorts, submission: Submission) =>
  ask(ports.network, submission.order.message.provider, 'order.submit', submission);

async function voucherFor(ports: NodePorts, channel: Hex, receipts: Hex[], cumulativeAmount: bigint) {
  const receiptsRoot = toHex(rootOf(receipts.map(fromHex)));
  return signStatement(
    'Voucher',
    { channel, cumulativeAmount, receiptsRoot },
    ports.deployment,
    ports.signer,
  );
}

test('orders handed in together are covered together', async () => {
  await against(51, async ({ ports, alder, manifest }) => {
    const channel = await openChannel(ports, alder.operator, MOST);
    const orders = await Promise.all([1, 2, 3].map(() => handmadeOrder(ports, { manifest, channel })));
    const codes = await codesOf(orders.map(order => submit(ports, order)));
    assert.deepEqual(codes, ['K_CHANNEL_UNCOVERED', 'K_CHANNEL_UNCOVERED', 'taken']);
    assert.equal(alder.node.port('work').jobs.list().length, 1);
  });
});

test('an order on a channel that another party pays is refused', async () => {
  await against(52, async ({ ports, alder, manifest, network }) => {
    const theirs = await openChannel(network.member('birch').node.ports, alder.operator, MOST);
    const order = await handmadeOrder(ports, { manifest, channel: theirs });
    assert.deepEqual(await codesOf([submit(ports, order)]), ['K_ORDER_REFUSED']);
  });
});

test('an order on a channel that was closed before is refused, since its vouchers would be worthless', async () => {
  await against(53, async ({ ports, alder, manifest }) => {
    const channel = await openChannel(ports, alder.operator, 10n * MOST);
    await alder.node.ports.chain.escrow.close(channel);
    const order = await handmadeOrder(ports, { manifest, channel });
    assert.deepEqual(await codesOf([submit(ports, order)]), ['K_CHANNEL_CLOSED']);
    await openChannel(ports, alder.operator, MOST);
    assert.deepEqual(await codesOf([submit(ports, order)]), ['K_CHANNEL_CLOSED']);
  });
});

test('two vouchers sent together do not pay two receipts with one amount', async () => {
  await against(54, async ({ ports, alder, manifest }) => {
    const params = await openChannel(ports, alder.operator, 10n * MOST);
    const channel = ports.chain.escrow.channelId(params);
    const vouchers = [];
    for (let job = 0; job < 2; job++) {
      const { receipt, order } = await ordered(
        ports,
        await handmadeOrder(ports, { manifest, channel: params }),
      );
      const digest = statementDigest('Receipt', receipt!.message, ports.deployment);
      vouchers.push({ order, voucher: await voucherFor(ports, channel, [digest], receipt!.message.amount) });
    }
    const codes = await codesOf(
      vouchers.map(paid => ask(ports.network, alder.operator, 'voucher.submit', paid)),
    );
    assert.deepEqual(codes, ['K_VOUCHER_REFUSED', 'taken']);
    const channels = alder.node.kernel.channels;
    const paid = channels.payments(channel).reduce((sum, { amount }) => sum + amount, 0n);
    assert.equal(paid, channels.get(channel)!.cumulativeAmount);
  });
});

test('a receipt is not paid through another channel than its order named', async () => {
  await against(55, async ({ ports, alder, manifest }) => {
    const first = await openChannel(ports, alder.operator, 10n * MOST, 1n);
    const second = await openChannel(ports, alder.operator, 10n * MOST, 2n);
    await ordered(ports, await handmadeOrder(ports, { manifest, channel: second }));
    const { receipt, order } = await ordered(ports, await handmadeOrder(ports, { manifest, channel: first }));
    const digest = statementDigest('Receipt', receipt!.message, ports.deployment);
    const other = ports.chain.escrow.channelId(second);
    const voucher = await voucherFor(ports, other, [digest], receipt!.message.amount);
    const answer = ask(ports.network, alder.operator, 'voucher.submit', { voucher, order });
    assert.deepEqual(await codesOf([answer]), ['K_VOUCHER_REFUSED']);
  });
});

test('what a payer still pays while it closes is taken, and claimed at once', async () => {
  await against(56, async ({ ports, alder, manifest }) => {
    const params = await openChannel(ports, alder.operator, 10n * MOST);
    const channel = ports.chain.escrow.channelId(params);
    const { receipt, order } = await ordered(
      ports,
      await handmadeOrder(ports, { manifest, channel: params }),
    );
    const { amount } = receipt!.message;
    const digest = statementDigest('Receipt', receipt!.message, ports.deployment);
    await ports.chain.escrow.requestClose(params);
    const late = await handmadeOrder(ports, { manifest, channel: params });
    assert.deepEqual(await codesOf([submit(ports, late)]), ['K_CHANNEL_CLOSING']);
    const voucher = await voucherFor(ports, channel, [digest], amount);
    await ask(ports.network, alder.operator, 'voucher.submit', { voucher, order });
    while ((await ports.chain.escrow.channel(params)).claimed !== amount) {
      await new Promise(resolve => setImmediate(resolve));
    }
  });
});
