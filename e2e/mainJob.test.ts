import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servingRoutes, studiesRoutes } from '@koinon/api';
import { clientOf, runMainJob } from '@koinon/cli/testing';
import { z } from 'zod';
import { smallJob } from './support/cohort.ts';
import { koinon } from './support/koinon.ts';
import { ProcessWatch, skipWithoutProc } from './support/processes.ts';
import { type StartedNetwork, startNetwork } from './support/startNetwork.ts';
import { temporaryHome } from './support/temporaryHome.ts';
import { until, within } from './support/until.ts';

const timeout = 300_000;
const jobSteps = ['channel', 'order', 'receipt', 'anchor', 'audit', 'fetch', 'voucher'];
const allSteps = [
  'dataset',
  'train.draft',
  'permission.asked',
  'permission.given',
  'train.manifest',
  ...jobSteps.map(step => `train.${step}`),
  'model',
  'evaluator',
  'predict.manifest',
  ...jobSteps.map(step => `predict.${step}`),
  'measure.manifest',
  ...jobSteps.map(step => `measure.${step}`),
  'passport',
  'registered',
  'served',
];

/** Does the main job and looks at everything it should have left; answers the order of the training. */
async function doMainJob(network: StartedNetwork): Promise<string> {
  const { study, sample } = await runMainJob(network, smallJob, {
    tell: () => undefined,
    doing: () => undefined,
  });
  assert.equal(study.state, 'done', JSON.stringify(study.failure));
  const { steps } = await clientOf(network, 'researcher').call(studiesRoutes.get, {
    params: { id: study.id },
  });
  assert.deepEqual(
    steps.map(({ name, status }) => [name, status]),
    allSteps.map(name => [name, 'done']),
  );
  const answer = await fetch(sample!.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: sample!.body,
  });
  requireProbabilities(answer.status, await answer.json());
  const ordered = steps.find(({ name }) => name === 'train.order')!.result;
  return z.object({ digest: z.string() }).parse(ordered).digest;
}

function requireProbabilities(status: number, body: unknown): void {
  assert.equal(status, 200, JSON.stringify(body));
  const { outputs } = servingRoutes.infer.answer.schema.parse(body);
  const data = z.array(z.number()).parse(outputs.find(({ name }) => name === 'probabilities')!.data);
  assert.equal(data.length, 2);
  assert.ok(Math.abs(data.reduce((sum, share) => sum + share, 0) - 1) < 1e-6, String(data));
}

test('the main job is done by processes, done again after a restart, and leaves none of them', {
  timeout,
  skip: skipWithoutProc,
}, async () => {
  using home = temporaryHome();
  const watch = new ProcessWatch(process.pid, home.path);
  let firstOrder: string;
  {
    await using network = await startNetwork(home.path);
    assert.equal(network.isNew, true);
    firstOrder = await doMainJob(network);
    assert.ok(watch.look() >= network.nodes.size + 1, 'the nodes and the chain are seen');
  }
  await watch.allGone();

  await using network = await startNetwork(home.path);
  assert.equal(network.isNew, false);
  const secondOrder = await doMainJob(network);
  assert.notEqual(secondOrder, firstOrder);
  const researcher = clientOf(network, 'researcher');
  const { models } = await researcher.call(servingRoutes.models);
  assert.deepEqual(
    models.map(({ name, version }) => [name, version]),
    [
      ['heart-risk', 1],
      ['heart-risk', 2],
    ],
  );
  await researcher.call(servingRoutes.metadataOfVersion, { params: { name: 'heart-risk', version: '1' } });
  const { studies } = await researcher.call(studiesRoutes.list);
  assert.deepEqual(
    studies.map(({ state }) => state),
    ['done', 'done'],
  );
  watch.look();
  await network.stop();
  await watch.allGone();
});

test('kill -9 on the command takes all it started along; the next start works and Ctrl-C ends that one', {
  timeout,
  skip: skipWithoutProc,
}, async () => {
  using home = temporaryHome();
  const killed = koinon(home.path, 'start');
  const first = new ProcessWatch(killed.pid, home.path);
  await until('the job is under way', 120_000, () => {
    first.look();
    return killed.stdout().includes('permission given') || killed.child.exitCode !== null;
  });
  assert.equal(killed.child.exitCode, null, killed.stderr());
  assert.ok(first.look() >= 6, 'five nodes and the chain were seen');
  killed.child.kill('SIGKILL');
  await killed.ended;
  await first.allGone();

  const again = koinon(home.path, '--json', 'start');
  const second = new ProcessWatch(again.pid, home.path);
  try {
    await again.says('"done":true', 120_000);
    const said = JSON.parse(
      again
        .stdout()
        .split('\n')
        .find(line => line.includes('"done":true'))!,
    );
    const answer = await fetch(said.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: said.body,
    });
    requireProbabilities(answer.status, await answer.json());
    assert.ok(second.look() >= 6);
    again.child.kill('SIGINT');
    await within('leaving on Ctrl-C', 15_000, again.ended);
    await second.allGone();
  } finally {
    again.child.kill('SIGKILL');
  }
});

test('Ctrl-C in the middle of the job leaves nothing running', {
  timeout,
  skip: skipWithoutProc,
}, async () => {
  using home = temporaryHome();
  const interrupted = koinon(home.path, 'start');
  const watch = new ProcessWatch(interrupted.pid, home.path);
  await until('the job is under way', 120_000, () => {
    watch.look();
    return interrupted.stdout().includes('payment channel opened') || interrupted.child.exitCode !== null;
  });
  assert.ok(watch.look() >= 6);
  interrupted.child.kill('SIGINT');
  await within('leaving on Ctrl-C', 15_000, interrupted.ended);
  await watch.allGone();
});
