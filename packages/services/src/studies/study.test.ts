import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StudyRequest } from '@koinon/api';
import {
  privateStudy,
  publicStudy,
  reportsOf,
  type SeededNetwork,
  type StartOptions,
  withNetwork,
} from '@koinon/node/testing';
import { auditVerdicts } from '@koinon/protocol';
import type { Study } from './studyBook.ts';

async function settle(network: SeededNetwork, request: StudyRequest): Promise<Study> {
  const studies = network.member('researcher').node.port('studies');
  return studies.settled(studies.begin(request));
}

function paidTo(network: SeededNetwork, name: string): bigint {
  return network
    .member(name)
    .node.kernel.channels.list()
    .reduce((sum, account) => sum + account.cumulativeAmount, 0n);
}

test('private work is granted, run, replayed by the auditor its owner named, and paid', async () => {
  await withNetwork(1, async network => {
    const study = await settle(network, await privateStudy(network));
    assert.equal(study.state, 'done', study.failure?.message);
    assert.equal(paidTo(network, 'hospital'), 10n ** 17n);
    const [job] = network.member('hospital').node.port('work').jobs.list();
    assert.equal(job?.state, 'paid');
    const [said] = reportsOf(network, 'hospital-audit');
    assert.ok(said);
    assert.equal(said.verdict, auditVerdicts.agrees);
    assert.equal(said.receipt, job?.receiptDigest);
  });
});

test('public work is replayed by an auditor that neither side chose, and paid', async () => {
  await withNetwork(2, async network => {
    const study = await settle(network, await publicStudy(network));
    assert.equal(study.state, 'done', study.failure?.message);
    const worker = ['alder', 'birch'].find(
      name => network.member(name).node.port('work').jobs.list().length === 1,
    )!;
    assert.ok(paidTo(network, worker) > 0n);
    const reports = ['alder', 'birch', 'hospital-audit'].filter(name => reportsOf(network, name).length > 0);
    assert.ok(reports.length > 0);
    assert.ok(!reports.includes(worker));
  });
});

const lies: Record<string, StartOptions['alter']> = {
  'one byte of the output': result => {
    const [name, bytes] = [...result.outputs][0]!;
    const altered = Uint8Array.from(bytes);
    altered[0]! ^= 1;
    return { ...result, outputs: new Map([[name, altered]]) };
  },
  'the fuel': result => ({ ...result, fuel: result.fuel + 1n }),
  'the trace': result => ({ ...result, traceRoot: `0x${'11'.repeat(32)}` }),
  'the exit code': result => ({ ...result, exitCode: 7 }),
};

for (const [what, alter] of Object.entries(lies)) {
  test(`a provider that alters ${what} is found by the replay and gets no voucher`, async () => {
    await withNetwork(3, async network => {
      // Prices are equal, so the work goes to the lower address.
      const [worker] = ['alder', 'birch'].sort((a, b) =>
        network.member(a).operator < network.member(b).operator ? -1 : 1,
      );
      await network.crash(worker!);
      await network.start(worker!, { alter: alter! });
      const study = await settle(network, await publicStudy(network));
      assert.equal(study.state, 'failed');
      assert.equal(study.failure?.code, 'K_AUDIT_DIFFERS');
      assert.equal(paidTo(network, worker!), 0n);
      const channels = network.member('researcher').node.kernel.channels;
      assert.ok(channels.list().every(account => account.voucher === undefined));
    });
  });
}

test('a custodian that alters its output is found by its own auditor', async () => {
  await withNetwork(4, async network => {
    const request = await privateStudy(network);
    await network.crash('hospital');
    await network.start('hospital', { alter: lies['the fuel']! });
    const study = await settle(network, request);
    assert.equal(study.failure?.code, 'K_AUDIT_DIFFERS');
    assert.equal(paidTo(network, 'hospital'), 0n);
  });
});

test('without a grant nothing runs on private rows', async () => {
  await withNetwork(5, async network => {
    const request = await privateStudy(network);
    const [dataset] = network.member('hospital').node.port('custody').datasets.list();
    network
      .member('hospital')
      .node.port('custody')
      .datasets.add({ ...dataset!, autoApprove: false });
    const studies = network.member('researcher').node.port('studies');
    const id = studies.begin(request);
    while (network.member('hospital').node.port('custody').grants.list().length === 0) {
      await new Promise(resolve => setImmediate(resolve));
    }
    const [asked] = network.member('hospital').node.port('custody').grants.list();
    await network.member('hospital').node.port('custody').grants.deny(asked!.digest, 'not this purpose');
    const study = await studies.settled(id);
    assert.equal(study.failure?.code, 'K_GRANT_DENIED');
    assert.match(study.failure!.message, /not this purpose/);
    assert.equal(network.member('hospital').node.port('work').jobs.list().length, 0);
  });
});
