import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  handmadeOrder,
  openChannel,
  ordered,
  publicManifest,
  reportsOf,
  type SeededNetwork,
  withNetwork,
} from '@koinon/node/testing';
import { assurances, auditVerdicts } from '@koinon/protocol';
import { smallProgram } from '@koinon/world';

const auditors = ['hospital-audit', 'birch'];

/** A public job at alder that its requester never asks anybody to audit. */
async function unaskedJob(network: SeededNetwork, auditRatePpm: number): Promise<void> {
  const { node, store } = network.member('researcher');
  const program = await store.blobs.put(smallProgram, 'public');
  const channel = await openChannel(node.ports, network.member('alder').operator, 10n ** 18n);
  const order = await handmadeOrder(
    node.ports,
    { manifest: publicManifest(program), channel },
    { assurance: assurances.replay, auditRatePpm },
  );
  assert.equal((await ordered(node.ports, order)).state, 'sealed');
}

test('the lot is heeded by auditors whom nobody asked', async () => {
  await withNetwork(81, async network => {
    await unaskedJob(network, 1_000_000);
    const [report] = await network.until(() => auditors.flatMap(name => reportsOf(network, name)));
    assert.equal(report?.verdict, auditVerdicts.agrees);
    assert.equal(report?.receipt, network.member('alder').node.port('work').jobs.list()[0]?.receiptDigest);
  });
});

test('a leaf that the coin spares is looked at and not replayed', async () => {
  await withNetwork(82, async network => {
    await unaskedJob(network, 1);
    await network.until(() =>
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
  });
});

test('an auditor that was away finds what the lot gave it', async () => {
  await withNetwork(83, async network => {
    for (const name of auditors) await network.crash(name);
    await unaskedJob(network, 1_000_000);
    await network.until(async () => {
      const { size } = await network.reader.nodes.head(network.member('alder').operator);
      return Number(size) === network.member('alder').store.log.size ? [true] : [];
    });
    for (const name of auditors) await network.start(name);
    const reports = await network.until(() => auditors.flatMap(name => reportsOf(network, name)));
    assert.ok(reports.length > 0);
  });
});
