import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelParams } from '@koinon/chain';
import type { NodePorts } from '@koinon/kernel';
import { gatherInputs } from '@koinon/kernel';
import {
  drawnManifest,
  grantFor,
  handmadeOrder,
  type Member,
  openChannel,
  ordered,
  privateStudy,
  publicManifest,
  type SeededNetwork,
  type StartOptions,
  withNetwork,
} from '@koinon/node/testing';
import { KoinonError, type Signed, statementDigest, utf8 } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { smallProgram } from '@koinon/world';

/** A researcher with a grant for one use and a funded channel, at a hospital started with the options. */
async function granted(network: SeededNetwork, options: StartOptions) {
  const dataset = await network.publish(syntheticCohort({ rows: 800, seed: 7 }), COHORT_TARGET);
  await network.crash('hospital');
  const hospital: Member = await network.start('hospital', options);
  const ports = network.member('researcher').node.ports;
  const draft = publicManifest(await ports.store.blobs.put(smallProgram, 'public'), {
    private: true,
    inputs: [
      {
        name: 'table.safetensors',
        source: {
          dataset: { id: dataset.id.toString(), contentRoot: dataset.contentRoot, rows: 'training' },
        },
      },
    ],
    params: { target: COHORT_TARGET },
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 4096 }],
  });
  const grant: Signed<'Grant'> = await grantFor(ports, hospital.operator, dataset, draft);
  const manifest = drawnManifest(draft, grant);
  const channel: ChannelParams = await openChannel(ports, hospital.operator, 10n ** 18n);
  return { ports, manifest, grant, channel, hospital, dataset };
}

const order = (
  ports: NodePorts,
  parts: { manifest: Uint8Array; grant: Signed<'Grant'>; channel: ChannelParams },
) => handmadeOrder(ports, parts);

test('a private blob is not an input for whoever names it', async () => {
  await withNetwork(61, async network => {
    const ports = network.member('researcher').node.ports;
    const { operator, store } = network.member('alder');
    const secret = await store.blobs.put(utf8.encode('rows of somebody'), 'private');
    const program = await ports.store.blobs.put(smallProgram, 'public');
    const manifest = publicManifest(program, { inputs: [{ name: 'rows.bin', source: { cid: secret } }] });
    const channel = await openChannel(ports, operator, 10n ** 18n);
    const answer = await ordered(ports, await handmadeOrder(ports, { manifest, channel }));
    assert.equal(answer.failure?.code, 'K_BLOB_NOT_FOUND');
  });
});

test('a program that fails tells its requester nothing, and has taken the use', async () => {
  await withNetwork(62, async network => {
    const run = () =>
      Promise.reject(
        new KoinonError({ code: 'K_ROW_17_IS_ILL', message: 'row 17 is ill', fault: 'platform' }),
      );
    const parts = await granted(network, { executor: { run } });
    const answer = await ordered(parts.ports, await order(parts.ports, parts));
    assert.equal(answer.state, 'failed');
    assert.doesNotMatch(JSON.stringify(answer), /row/i);
    assert.equal(parts.hospital.node.port('work').jobs.list()[0]?.failure?.code, 'K_ROW_17_IS_ILL');
    const again = order(parts.ports, parts).then(submission => ordered(parts.ports, submission));
    await assert.rejects(again, /All 1 uses of the grant are taken/);
  });
});

test('a grant for one use is used once by orders handed in together', async () => {
  await withNetwork(63, async network => {
    const parts = await granted(network, {});
    const orders = await Promise.all([1, 2, 3].map(() => order(parts.ports, parts)));
    const answers = await Promise.allSettled(orders.map(one => ordered(parts.ports, one)));
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
  });
});

test('a grant revoked while its order waits is not used', async () => {
  await withNetwork(64, async network => {
    let revoke = async () => {};
    let runs = 0;
    const parts = await granted(network, {
      checkpoint: step => (step === 'order-accepted' ? revoke() : undefined),
      alter: result => {
        runs++;
        return result;
      },
    });
    const ports = parts.hospital.node.ports;
    revoke = async () => {
      const digest = statementDigest('Grant', parts.grant.message, ports.deployment);
      await ports.chain.datasets.revokeGrant(parts.dataset.id, digest);
    };
    const answer = await ordered(parts.ports, await order(parts.ports, parts));
    assert.equal(answer.state, 'failed');
    assert.equal(parts.hospital.node.port('work').jobs.list()[0]?.failure?.code, 'K_NOT_AUTHORISED');
    assert.equal(runs, 0);
  });
});

test('the auditor of private work keeps no copy, and what the gate decided is for the requester alone', async () => {
  await withNetwork(65, async network => {
    const studies = network.member('researcher').node.port('studies');
    const study = await studies.settled(studies.begin(await privateStudy(network)));
    assert.equal(study.state, 'done', study.failure?.message);
    const { node, store, operator } = network.member('hospital');
    const [dataset] = node.port('custody').datasets.list();
    assert.equal(await network.member('hospital-audit').store.blobs.has(dataset!.content), false);
    const verdict = node.port('work').jobs.list()[0]!.result!.verdict!;
    assert.equal(store.blobs.visibility(verdict), 'private');
    for (const name of ['birch', 'researcher']) {
      const fetched = network
        .member(name)
        .node.ports.network.fetchBlob(operator, verdict, { maxBytes: 2 ** 20 });
      if (name === 'researcher') await fetched;
      else await assert.rejects(fetched, { code: 'K_BLOB_MISSING' });
    }
    assert.ok(await network.member('researcher').store.blobs.has(verdict));
  });
});

test('the inputs of one job are bounded together', async () => {
  const blobs = { visibility: () => 'public', get: async () => new Uint8Array(100 * 2 ** 20) };
  const ports = { store: { blobs } } as unknown as Pick<NodePorts, 'store' | 'network' | 'gate'>;
  const program = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku';
  const inputs = ['a', 'b'].map(name => ({ name, source: { cid: program } }));
  const manifest = { program, inputs } as unknown as Parameters<typeof gatherInputs>[1];
  await assert.rejects(gatherInputs(ports, manifest, [], undefined, new AbortController().signal), {
    code: 'K_INPUTS_TOO_LARGE',
  });
});
