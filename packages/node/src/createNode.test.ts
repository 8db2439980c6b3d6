import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { publicStudy } from './testing/sampleStudies.ts';
import { seededNetwork } from './testing/seededNetwork.ts';

test('a node whose store is older than what it anchored refuses to sign on', async () => {
  const network = await seededNetwork(41);
  try {
    const studies = network.member('researcher').node.port('studies');
    const study = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(study.state, 'done', study.failure?.message);
    const worker = ['alder', 'birch'].find(
      name => network.member(name).node.port('work').jobs.list().length === 1,
    )!;
    const { folder } = network.member(worker);
    await network.crash(worker);
    rmSync(folder, { recursive: true });
    await assert.rejects(network.start(worker), { code: 'K_LOG_BEHIND' });
  } finally {
    await network.stop();
  }
});
