import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { grantFor, publicManifest } from '../testing/handmadeOrder.ts';
import { seededNetwork } from '../testing/seededNetwork.ts';

test('one requester cannot fill the list of what waits for the owner', async () => {
  const network = await seededNetwork(66);
  try {
    const dataset = await network.publish(syntheticCohort({ rows: 800, seed: 7 }), COHORT_TARGET);
    const { node, operator } = network.member('hospital');
    node.datasets.add({ ...dataset, autoApprove: false });
    const { ports } = network.member('researcher').node;
    const manifest = publicManifest(await ports.store.blobs.put(utf8.encode('a program'), 'public'));
    const codes: string[] = [];
    for (let request = 0; request < 20; request++) {
      const asked = grantFor(ports, operator, dataset, manifest);
      codes.push(await asked.then(() => 'approved').catch(error => error.code));
    }
    assert.deepEqual([...new Set(codes.slice(0, 16))], ['K_TEST_UNGRANTED']);
    assert.deepEqual([...new Set(codes.slice(16))], ['K_REQUEST_REFUSED']);
    assert.equal(node.grants.list().length, 16);
    const other = network.member('birch').node.ports;
    await assert.rejects(grantFor(other, operator, dataset, manifest), { code: 'K_TEST_UNGRANTED' });
  } finally {
    await network.stop();
  }
});
