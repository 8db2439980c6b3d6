import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateStudy, quickExecutor, serveMember, withNetwork } from '@koinon/node/testing';
import { confined } from '@koinon/world';

test('a custodian whose sandbox is lost says so, refuses private jobs, and takes them again when it is back', () =>
  withNetwork(71, async network => {
    const request = await privateStudy(network);
    let now = confined;
    await network.crash('hospital');
    const hospital = await network.start('hospital', {
      executor: { ...quickExecutor(), confinement: async () => now },
      sandbox: 'required',
    });
    const served = serveMember(hospital);
    const status = async () =>
      ((await (await served.ask('/api/status')).json()) as { sandbox: object }).sandbox;
    const studies = network.member('researcher').node.port('studies');

    now = { ...confined, kind: 'process', network: true, missing: ['network'] };
    const refused = await studies.settled(studies.begin(request));
    assert.equal(refused.state, 'failed');
    assert.equal(refused.failure?.code, 'K_SANDBOX_REQUIRED');
    assert.equal(hospital.node.port('work').jobs.list().length, 0);
    const said = await status();
    assert.deepEqual(said, { ...said, setting: 'required', isAdequate: false, missing: ['network'] });
    assert.match(await (await served.ask('/metrics')).text(), /koinon_sandbox_adequate\{kind="process"\} 0/);

    now = confined;
    const done = await studies.settled(studies.begin(request));
    assert.equal(done.state, 'done', done.failure?.message);
    assert.match(
      await (await served.ask('/metrics')).text(),
      /koinon_sandbox_adequate\{kind="bubblewrap"\} 1/,
    );
  }));
