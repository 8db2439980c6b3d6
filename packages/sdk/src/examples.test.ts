import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test as plain } from 'node:test';
import { custodyRoutes, evidenceRoutes, nodeRoutes, resultOf, studiesRoutes } from '@koinon/api';
import { readShippedPrograms } from '@koinon/node/process';
import {
  inTime,
  type ListeningNode,
  listenOn,
  TEST_TOKEN,
  type TrainedNetwork,
  trainedNetwork,
} from '@koinon/node/testing';
import { statementDigest } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { generate } from '../scripts/reference.ts';
import { connect, type Koinon } from './connect.ts';
import type { ExampleNeeds } from './testing/exampleNeeds.ts';
import { examples } from './testing/generated/examples.ts';

plain('the reference and the examples are those of the doc comments', () => {
  for (const { path, text } of generate())
    assert.equal(readFileSync(path, 'utf8'), text, `${path} is old: run packages/sdk/scripts/reference.ts`);
});

describe('on a network of real nodes', () => {
  let trained: TrainedNetwork;
  // Sockets and processes of the machine take part.
  const test = inTime(() => trained.network, { isShared: true });
  const nodes = new Map<string, ListeningNode>();
  const at = (name: string): Koinon => connect({ url: nodes.get(name)!.url, token: TEST_TOKEN });
  let needs: ExampleNeeds;

  before(async () => {
    trained = await trainedNetwork(33);
    assert.equal(trained.study.state, 'done', trained.study.failure?.message);
    const { network, study, dataset } = trained;
    for (const name of ['researcher', 'hospital']) nodes.set(name, await listenOn(network.member(name)));
    await network.live(
      async () => {
        const { client } = at('researcher');
        const { said } = await client.call(custodyRoutes.dataset, { params: { id: dataset } });
        const body = readShippedPrograms().get('tabular-logistic')!;
        const { cid: program } = await client.call(evidenceRoutes.keepBlob, { body });
        needs = {
          koinon: at('researcher'),
          url: nodes.get('researcher')!.url,
          token: TEST_TOKEN,
          csv: syntheticCohort({ rows: 300, seed: 9 }),
          auditor: network.member('hospital-audit').operator,
          request: `0x${'0'.repeat(64)}`,
          unwanted: `0x${'0'.repeat(64)}`,
          bits: 0,
          dataset: String(dataset),
          program,
          table: said!.publicTable!,
          study: study.id,
        };
      },
      { isShared: true },
    );
  });
  after(async () => {
    for (const node of nodes.values()) await node.stop();
    await trained?.network.stop();
  });

  for (const name of ['connect', 'models', 'predict', 'verify', 'quote', 'run', 'follow', 'result'] as const)
    test(`the example of ${name} runs`, () => examples(needs)[name]());

  /** The request of a study, as its owner sees it. */
  const waiting = async (known: ReadonlySet<string>) => {
    for (;;) {
      for await (const request of at('hospital').requests({ status: 'pending' }))
        if (!known.has(request.digest)) return request;
      await new Promise(resolve => setImmediate(resolve));
    }
  };

  const latestStudy = async () => (await at('researcher').client.call(studiesRoutes.list)).studies.at(-1)!.id;
  const countDatasets = async () =>
    (await at('hospital').client.call(custodyRoutes.datasets)).datasets.length;

  test('the examples run from a table to a model, each party at its own node', async () => {
    const hospital = at('hospital');
    await examples({ ...needs, koinon: hospital }).publish();
    const { datasets } = await hospital.client.call(custodyRoutes.datasets);
    const dataset = datasets.at(-1)!.id;
    assert.notEqual(dataset, needs.dataset);

    const researcher = examples({ ...needs, dataset });
    await researcher.train();
    const first = await waiting(new Set());
    await examples({ ...needs, koinon: hospital }).requests();
    const { bits } = first.bound!;
    await assert.rejects(hospital.approve(first.digest, { bits: bits + 1 }), { code: 'K_NOT_CONFIRMED' });
    await examples({ ...needs, koinon: hospital, request: first.digest, bits }).approve();
    const { model, steps } = await at('researcher').result(await latestStudy());
    assert.equal(model?.name, 'heart-risk');
    const { receipt } = resultOf(steps, 'receipt', 'train.receipt')!;
    const { deployment } = await at('researcher').client.call(nodeRoutes.status);
    const { state, checks } = await at('researcher').verify({
      receipt: statementDigest('Receipt', receipt.message, deployment),
    });
    assert.equal(state, 'ok', JSON.stringify(checks.filter(check => check.state === 'failed')));

    await researcher.train();
    const second = await waiting(new Set([first.digest]));
    await examples({ ...needs, koinon: hospital, unwanted: second.digest }).deny();
    await assert.rejects(at('researcher').result(await latestStudy()), { code: 'K_GRANT_DENIED' });
  });

  test('nothing becomes public without a yes to the rows', async () => {
    const parameters = { name: 'more', target: COHORT_TARGET, auditor: needs.auditor, amount: 1n };
    const hospital = at('hospital');
    const held = await countDatasets();
    await assert.rejects(hospital.publish(needs.csv, { ...parameters, publicShare: 0.2 }), {
      code: 'K_NOT_CONFIRMED',
    });
    await assert.rejects(hospital.publish(needs.csv, { ...parameters, consent: () => false }), {
      code: 'K_NOT_CONFIRMED',
    });
    assert.equal(await countDatasets(), held);
  });

  test('steps are told typed by their kind, and a stranger is told whose fault it is', async () => {
    const kinds = new Set<string>();
    for await (const step of at('researcher').follow(needs.study)) {
      kinds.add(step.kind);
      if (step.kind === 'voucher') assert.ok((step.result?.amount ?? 0n) >= 0n);
    }
    for (const kind of ['dataset', 'permission.given', 'receipt', 'anchor', 'served'])
      assert.ok(kinds.has(kind), kind);
    await assert.rejects(at('researcher').result('nothing'), { code: 'K_STUDY_UNKNOWN', fault: 'user' });
    await assert.rejects(connect({ url: needs.url }).train({ dataset: 1, name: 'x', purpose: 'y' }), {
      code: 'K_HTTP_TOKEN',
    });
  });
});
