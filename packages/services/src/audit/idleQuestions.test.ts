import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '@koinon/kernel';
import { alterAnswers, privateStudy, publicStudy, withNetwork } from '@koinon/node/testing';
import { toHex } from '@koinon/protocol';

test('questions about receipts that do not exist leave nothing at an auditor and take no slot', async () => {
  await withNetwork(71, async network => {
    const ports = network.member('alder').node.ports;
    const auditor = network.member('hospital-audit');
    const random = network.member('researcher').node.ports.random;
    const providers = [network.member('birch').operator, toHex(random()).slice(0, 42) as `0x${string}`];
    const questions = Array.from({ length: 12 }, (_, i) =>
      ask(ports.network, auditor.operator, 'audit.request', {
        provider: providers[i % 2]!,
        receipt: toHex(random()),
      }),
    );
    const study = network.member('researcher').node.port('studies');
    const [answers, done] = await Promise.all([
      Promise.allSettled(questions),
      study.settled(study.begin(await privateStudy(network))),
    ]);
    assert.ok(answers.every(({ status }) => status === 'rejected'));
    assert.equal(done.state, 'done', done.failure?.message);
    assert.equal(auditor.node.port('audit').audits.list().length, 1);
  });
});

test('a stranger who names another provider does not spoil an audit', async () => {
  await withNetwork(72, async network => {
    const studies = network.member('researcher').node.port('studies');
    const ports = network.member('researcher').node.ports;
    const study = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(study.state, 'done', study.failure?.message);
    const worker = ['alder', 'birch'].find(
      name => network.member(name).node.port('work').jobs.list().length > 0,
    )!;
    const receipt = network.member(worker).node.port('work').jobs.list()[0]!.receiptDigest!;
    const provider = network.member('hospital').operator;
    const other = ['hospital-audit', 'alder', 'birch'].find(
      name => network.member(name).node.port('audit').audits.list().length === 0,
    )!;
    const { operator } = network.member(other);
    const asked = ask(ports.network, operator, 'audit.request', { provider, receipt });
    await assert.rejects(asked, { code: 'K_JOB_UNKNOWN' });
    assert.equal(network.member(other).node.port('audit').audits.list().length, 0);
  });
});

test('an auditor replays nothing for a grant its dataset\u2019s owner did not sign', async () => {
  await withNetwork(73, async network => {
    const request = await privateStudy(network);
    await network.crash('hospital');
    const { signature } = await network
      .member('birch')
      .node.ports.signer.signDigest(toHex(new Uint8Array(32)))
      .then(signed => ({ signature: signed }));
    await network.start('hospital', {
      overNetwork: alterAnswers({
        'audit.material': async answer => {
          const material = await answer();
          return { ...material, grant: { ...material.grant!, signature } };
        },
      }),
    });
    const studies = network.member('researcher').node.port('studies');
    const study = await studies.settled(studies.begin(request));
    assert.equal(study.failure?.code, 'K_BAD_SIGNATURE', study.failure?.message);
    assert.equal(network.member('hospital-audit').node.port('audit').audits.list().length, 0);
  });
});

test('a provider that never anchors keeps nobody waiting for ever, and is not paid', async () => {
  await withNetwork(74, async network => {
    const [worker] = ['alder', 'birch'].sort((a, b) =>
      network.member(a).operator < network.member(b).operator ? -1 : 1,
    );
    const { node } = network.member(worker!);
    await node.kernel.anchoring.stop();
    const studies = network.member('researcher').node.port('studies');
    const channels = network.member('researcher').node.kernel.channels;
    const study = studies.settled(studies.begin(await publicStudy(network)));
    assert.equal((await study).failure?.code, 'K_NOT_ANCHORED');
    assert.ok(channels.list().every(account => account.voucher === undefined));
  });
});
