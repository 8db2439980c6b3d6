import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicStudy } from './testing/sampleStudies.ts';
import { withNetwork } from './testing/seededNetwork.ts';

test('a node whose store is older than what it anchored refuses to sign on', async () => {
  await withNetwork(41, async network => {
    const older = new Map(['alder', 'birch'].map(name => [name, network.world.diskOf(name).backup()]));
    const studies = network.member('researcher').node.port('studies');
    const study = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(study.state, 'done', study.failure?.message);
    const worker = ['alder', 'birch'].find(
      name => network.member(name).node.port('work').jobs.list().length === 1,
    )!;
    const disk = network.world.diskOf(worker);
    await network.crash(worker);
    disk.restore(older.get(worker)!);
    await assert.rejects(network.start(worker), { code: 'K_LOG_BEHIND' });
  });
});
