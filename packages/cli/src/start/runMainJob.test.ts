import assert from 'node:assert/strict';
import { test } from 'node:test';
import { custodyRoutes } from '@koinon/api';
import { toWire } from '@koinon/protocol';
import { approvalOf } from '@koinon/protocol/requestWords';
import type { LocalNetwork } from '../local/startLocalNetwork.ts';
import { Events, type FakeNode, fakeNode } from '../testing/fakeNode.ts';
import { answers, asked, given, preview, request, step, study } from '../testing/sampleAnswers.ts';
import { readJob } from './readJob.ts';
import { runMainJob, whatBecomesPublic } from './runMainJob.ts';

const testRequest = `0x${'4'.repeat(64)}`;
/** What the owner is shown of a request. */
const shown = custodyRoutes.request.answer.schema.parse(answers[`GET /api/requests/${request}`]);
const question = (name: string, digest: string) => ['step', step(name, { ...asked(), digest })] as const;

/** A network whose hospital and researcher answer by a table, of which this job uses nothing else. */
async function withFakes(
  isPrivate: boolean,
  body: (network: LocalNetwork, nodes: { hospital: FakeNode; researcher: FakeNode }) => Promise<void>,
): Promise<void> {
  const published = { ...(answers['POST /api/datasets'] as object), id: '2' };
  const hospital = await fakeNode({
    ...answers,
    'POST /api/datasets/preview': preview,
    'POST /api/datasets': published,
    [`GET /api/requests/${testRequest}`]: toWire({ ...shown, digest: testRequest }),
    [`POST /api/requests/${testRequest}/approve`]: { grant: given().grant },
  });
  const questions = [
    question('permission.asked', request),
    question('measure.permission.asked', testRequest),
  ];
  const researcher = await fakeNode({
    ...answers,
    [`GET /api/studies/${study.id}/events`]: new Events(...questions.slice(0, isPrivate ? 2 : 1), [
      'study',
      study,
    ]),
    'GET /v2/models/heart-risk': answers['GET /v2/models/cohort/versions/1'],
    'GET /api/datasets/2/mock': new TextEncoder().encode('age,sex,outcome\n,male,no\n61.5,female,no\n'),
    'POST /v2/models/heart-risk/infer': { model_name: 'heart-risk', model_version: '1', outputs: [] },
  });
  const nodes = { hospital, researcher };
  const node = (name: string) => ({ name, home: '/none', operator: `0x${name}`, url: at(name) });
  const at = (name: string) => nodes[name as keyof typeof nodes]?.url ?? 'http://127.0.0.1:1';
  try {
    await body({ nodes: new Map(), node } as unknown as LocalNetwork, nodes);
  } finally {
    await Promise.all(Object.values(nodes).map(each => each.close()));
  }
}

for (const isPrivate of [true, false]) {
  test(`${isPrivate ? 'with' : 'without'} a private test, rows to test on are ${isPrivate ? 'held back' : 'public'} and as many train`, async () => {
    const lines: string[] = [];
    const job = await readJob(isPrivate ? { privateTest: true } : {});
    await withFakes(isPrivate, async (network, { hospital, researcher }) => {
      const outcome = await runMainJob(network, job, {
        tell: ({ title }) => lines.push(title),
        doing: () => undefined,
      });
      const published = hospital.asked.find(({ path }) => path === '/api/datasets')!.query;
      assert.deepEqual(
        [published.get('publicShare'), published.get('heldBackShare')],
        isPrivate ? ['0', '0.2'] : ['0.2', '0'],
      );
      const begun = researcher.asked.find(({ path }) => path === '/api/studies')!;
      assert.equal(JSON.parse(begun.body.toString()).privateTest, isPrivate ? true : undefined);
      const approved = hospital.asked.filter(({ path }) => path.endsWith('/approve'));
      assert.deepEqual(
        approved.map(({ path }) => path.split('/')[3]),
        isPrivate ? [request, testRequest] : [request],
        'every question is answered',
      );
      for (const { body } of approved)
        assert.deepEqual(JSON.parse(body.toString()), approvalOf(shown), 'as it was read');
      if (!isPrivate) return;
      const { sample } = outcome;
      assert.match(sample!.about, /made-up row/);
      const { inputs } = JSON.parse(sample!.body) as { inputs: { data: unknown[] }[] };
      assert.deepEqual(
        inputs.map(({ data }) => data),
        [[61.5], ['female']],
      );
    });
    const said = lines.findIndex(line => /public/.test(line));
    assert.ok(said >= 0 && said < lines.findIndex(line => line.startsWith('hospital published')));
  });
}

test('what becomes public is said in numbers, of rows that are invented and of rows of the user', () => {
  const withPublic = { public: 800, training: 3_200, heldBack: 0 };
  assert.equal(
    whatBecomesPublic({ isInvented: true }, withPublic),
    '800 of the 4,000 invented rows become public, for strangers’ nodes to test the model on; --private-test makes none public',
  );
  assert.match(whatBecomesPublic({ isInvented: false }, withPublic), /rows of your file become public/);
  assert.equal(
    whatBecomesPublic({ isInvented: false }, { public: 0, training: 3_200, heldBack: 800 }),
    'none of the 4,000 rows of your file becomes public: the model is tested at the hospital, on 800 rows held back from training',
  );
});

test('nobody can be seen cheating in public where nothing is computed in public', async () => {
  await assert.rejects(readJob({ privateTest: true, cheat: true }), { code: 'K_USAGE' });
});
