import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  handmadeOrder,
  openChannel,
  ordered,
  publicManifest,
  reportsOf,
  type SeededNetwork,
  seededNetwork,
  until,
} from '@koinon/node/testing';
import { assurances, auditVerdicts } from '@koinon/protocol';

const auditors = ['hospital-audit', 'birch'];

/** A public job at alder that its requester never asks anybody to audit. */
async function unaskedJob(network: SeededNetwork, auditRatePpm: number): Promise<void> {
  const { node, store } = network.member('researcher');
  const program = await store.blobs.put(new Uint8Array([1, 2, 3]), 'public');
  const channel = await openChannel(node.ports, network.member('alder').operator, 10n ** 18n);
  const order = await handmadeOrder(
    node.ports,
    { manifest: publicManifest(program), channel },
    { assurance: assurances.replay, auditRatePpm },
  );
  assert.equal((await ordered(node.ports, order)).state, 'sealed');
}

test('the lot is heeded by auditors whom nobody asked', async () => {
  const network = await seededNetwork(81);
  try {
    await unaskedJob(network, 1_000_000);
    const [report] = await until(() => auditors.flatMap(name => reportsOf(network, name)));
    assert.equal(report?.verdict, auditVerdicts.agrees);
    assert.equal(report?.receipt, network.member('alder').node.port('work').jobs.list()[0]?.receiptDigest);
  } finally {
    await network.stop();
  }
});

test('a leaf that the coin spares is looked at and not replayed', async () => {
  const network = await seededNetwork(82);
  try {
    await unaskedJob(network, 1);
    await until(() =>
      auditors.flatMap(name =>
        network
          .member(name)
          .notes.filter(({ event, facts }) => event === 'lead-closed' && facts['index'] === 1),
      ),
    );
    assert.deepEqual(
      auditors.flatMap(name => reportsOf(network, name)),
      [],
    );
  } finally {
    await network.stop();
  }
});

test('an auditor that was away finds what the lot gave it', async () => {
  const network = await seededNetwork(83);
  try {
    for (const name of auditors) await network.crash(name);
    await unaskedJob(network, 1_000_000);
    await until(async () => {
      const { size } = await network.chain.connect().nodes.head(network.member('alder').operator);
      return Number(size) === network.member('alder').store.log.size ? [true] : [];
    });
    for (const name of auditors) await network.start(name);
    const reports = await until(() => auditors.flatMap(name => reportsOf(network, name)));
    assert.ok(reports.length > 0);
  } finally {
    await network.stop();
  }
});
