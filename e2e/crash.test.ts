import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { studiesRoutes } from '@koinon/api';
import { clientOf } from '@koinon/cli/testing';
import { ChannelBook } from '@koinon/kernel';
import { type JobStep, jobSteps } from '@koinon/node';
import { type Deployment, equalBytes, fromHex, type Hex, toHex, verifyStatement } from '@koinon/protocol';
import { cases } from '@koinon/protocol/testing';
import type { Store } from '@koinon/store';
import { openStore } from '@koinon/store/disk';
import { COHORT_TARGET } from '@koinon/tabular';
import { smallJob } from './support/cohort.ts';
import { type StartedNetwork, startNetwork } from './support/startNetwork.ts';
import { begin, offer, publish, type StudyQuestion, USE_AMOUNT } from './support/studies.ts';
import { temporaryHome } from './support/temporaryHome.ts';
import { until, within } from './support/until.ts';

/** Who does each step of private work. */
const victims: Record<JobStep, string> = {
  'order-accepted': 'hospital',
  'execution-done': 'hospital',
  'result-stored': 'hospital',
  'receipt-sealed': 'hospital',
  'log-anchored': 'hospital',
  'audit-reported': 'hospital-audit',
  'voucher-signed': 'researcher',
  'voucher-accepted': 'hospital',
};
/** Steps at which a node is killed in the same study: all of them, and nightly also each by itself. */
const studies: readonly (readonly JobStep[])[] = [jobSteps, ...jobSteps.map(step => [step])].slice(
  0,
  cases(1, 1 + jobSteps.length),
);
const DYING_MS = 60_000;
const SETTLING_MS = 120_000;

test('nodes killed at each of eight steps of a job start again, the job is done, and nothing is paid or said twice', {
  timeout: 600_000,
}, async t => {
  using home = temporaryHome();
  await using network = await startNetwork(home.path);
  const dataset = await publish(network, smallJob.csv, { target: smallJob.target });
  const program = await offer(
    network,
    readFileSync(fileURLToPath(import.meta.resolve('@koinon/programs/tabular-logistic.wasm'))),
  );
  const request: StudyQuestion = {
    kind: 'run',
    program,
    inputs: [{ name: 'table.safetensors', source: { dataset } }],
    params: { target: COHORT_TARGET },
    outputs: [
      { name: 'metrics.json', class: 'metrics', maxBytes: 2 ** 20 },
      { name: 'model.onnx', class: 'model', maxBytes: 2 ** 20 },
    ],
    purpose: 'Survive.',
  };
  for (const steps of studies) {
    await t.test(`killed at ${steps.join(', ')}`, () => playCrashes(network, steps, request));
  }
  const { deployment } = network;
  const anchored = new Map<string, { operator: Hex; size: bigint; root: Hex }>();
  for (const [name, { operator }] of network.nodes) {
    const { size, root } = await network.treasury.nodes.head(operator);
    anchored.set(name, { operator, size, root });
  }
  await network.stop();
  const stores = new Map<string, Store>();
  try {
    for (const name of anchored.keys()) stores.set(name, openStore(join(home.path, name, 'data')));
    for (const [name, head] of anchored) await requireSoundLog(stores.get(name)!, head, deployment);
    await requireAgreement(stores.get('researcher')!, stores.get('hospital')!);
  } finally {
    for (const store of stores.values()) store.close();
  }
});

/** One study in which the node that does a step is killed there and started again, for each of the steps in turn. */
async function playCrashes(
  network: StartedNetwork,
  steps: readonly JobStep[],
  request: StudyQuestion,
): Promise<void> {
  const doomed = new Map<string, Awaited<ReturnType<StartedNetwork['restart']>>>();
  const left = [...steps];
  /** Starts it so that it dies at the next step that is its own, if there is one. */
  const arm = async (name: string): Promise<void> => {
    const next = left.find(step => victims[step] === name);
    doomed.set(name, await network.restart(name, next ? ['--crash-at', next] : []));
  };
  for (const name of new Set(steps.map(step => victims[step]))) {
    await network.node(name).stop();
    await arm(name);
  }
  const study = await begin(network, request);
  for (const step of steps) {
    const name = victims[step];
    const code = await within(`${name} dies at ${step}`, DYING_MS, doomed.get(name)!.exited);
    assert.equal(code, null, 'a signal ended it');
    left.shift();
    await arm(name);
  }
  const settled = await until(`the study killed at ${steps} settles`, SETTLING_MS, async () => {
    const found = await clientOf(network, 'researcher').call(studiesRoutes.get, { params: { id: study } });
    return found.study.state !== 'running' && found;
  });
  assert.equal(settled.study.state, 'done', JSON.stringify(settled.study.failure));
}

/** Every entry is signed by the node, no key has two, and the anchored root is the log's own. */
async function requireSoundLog(
  { log }: Store,
  head: { operator: Hex; size: bigint; root: Hex },
  deployment: Deployment,
): Promise<void> {
  assert.equal(log.pending(), undefined, 'nothing is half signed');
  const keys = new Set<string>();
  for (let index = 0; index < log.size; index++) {
    const { key, type, message, signature, digest } = log.at(index)!;
    assert.ok(!keys.has(key), `two entries for ${key}`);
    keys.add(key);
    const signed = { message, signature } as Parameters<typeof verifyStatement>[1];
    assert.equal(await verifyStatement(type, signed, deployment, head.operator), digest);
    if ('logIndex' in message) assert.equal(message.logIndex, BigInt(index));
  }
  assert.ok(head.size <= BigInt(log.size));
  assert.equal(head.size, BigInt(log.size), 'all of it is anchored');
  if (head.size > 0n) assert.equal(toHex(log.root(Number(head.size))), head.root);
}

/** Payer and payee tell the same story of the same payments: one for each job, none lost, none twice. */
async function requireAgreement(payer: Store, payee: Store): Promise<void> {
  const [mine, theirs] = [payer, payee].map(store => new ChannelBook(store.database));
  const accounts = mine!.list();
  assert.equal(
    accounts.reduce((sum, { cumulativeAmount }) => sum + cumulativeAmount, 0n),
    USE_AMOUNT * BigInt(studies.length),
  );
  for (const { channel, cumulativeAmount, voucher } of accounts) {
    assert.equal(theirs!.get(channel)?.cumulativeAmount, cumulativeAmount);
    assert.deepEqual(theirs!.get(channel)?.voucher, voucher);
    assert.deepEqual(theirs!.payments(channel), mine!.payments(channel));
    assert.deepEqual(mine!.undelivered(channel), []);
    const orders = mine!.payments(channel).map(({ order }) => order);
    assert.equal(new Set(orders).size, orders.length);
    for (const { receipt, order } of mine!.payments(channel)) {
      const entry = payee.log.byKey(`receipt:${order}`);
      assert.ok(entry && equalBytes(fromHex(entry.digest), fromHex(receipt)), 'what was paid is in the log');
    }
  }
}
