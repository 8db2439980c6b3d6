import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  cidOfBlob,
  type DisputeDetail,
  type DisputeSummary,
  digestOfCid,
  fromHex,
  type Hex,
  rootOf,
  statementDigest,
  stepOutcomeDigest,
  toHex,
  toWire,
  utf8,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { exportBundle, gatherBlobs, readBundle } from '@koinon/verify';
import { digestOf, domains, flipped, makeHeldBackStudy, makeStudy } from '@koinon/verify/testing';
import type { Output } from '../commands/surroundings.ts';
import { answers, step } from '../testing/sampleAnswers.ts';
import { type VerifyOptions, type VerifySurroundings, verify } from './verify.ts';

// The one test here with a real socket: a node's API on loopback, answered from memory.
const study = await makeStudy();
const { passport, cid, bytes, world } = study;
const folder = mkdtempSync(join(tmpdir(), 'koinon-verify-'));
const bundleFile = join(folder, 'cohort.koinon');
let server: Server;
let url: string;

const deployment = {
  koinon: 'deployment/3',
  startBlock: 0,
  token: ZERO_ADDRESS,
  models: ZERO_ADDRESS,
  beacon: ZERO_ADDRESS,
  audits: ZERO_ADDRESS,
  court: ZERO_ADDRESS,
  names: ZERO_ADDRESS,
  ...domains,
};
const entry = { name: 'cohort', version: 1, model: passport.model, passport: cid, registeredAtMs: 1 };

const asked = { kind: 'train', dataset: '1', purpose: 'Research.', name: 'cohort' };

async function answer(path: string, query: URLSearchParams): Promise<unknown> {
  const { chain } = world;
  const record = chain.models.get(digestOfCid(passport.model))!;
  const registered = {
    model: digestOfCid(passport.model),
    block: 1,
    registeredAt: 1,
    parents: [],
    ...record,
  };
  if (path === '/api/status') return { ...(answers['GET /api/status'] as object), deployment };
  if (path === '/api/models') return { models: [entry] };
  if (path === '/api/models/cohort') {
    return { model: entry, passport, registered: { ...registered, transaction: digestOfCid(cid) } };
  }
  if (path === '/api/studies') {
    return {
      studies: ['one', 'two'].map(id => ({ id, state: 'done', createdAtMs: 1, request: asked })),
    };
  }
  if (path === '/api/studies/two')
    return {
      study: { id: 'two', state: 'running', createdAtMs: 1, request: asked },
      steps: stepsOfMeasuring(),
    };
  if (path === '/api/studies/one')
    return {
      study: { id: 'one', state: 'done', createdAtMs: 1, request: asked },
      steps: stepsOfRun(),
    };
  const anchor = /^\/api\/anchors\/(0x[0-9a-f]{40})$/.exec(path);
  if (anchor) return { anchor: chain.firstAnchor(anchor[1] as Hex, BigInt(query.get('size')!)) ?? null };
  const dataset = /^\/api\/datasets\/(\d+)$/.exec(path);
  if (dataset) {
    const record = chain.datasets.get(BigInt(dataset[1]!));
    return { id: dataset[1], capMicroRho: '0', spentMicroRho: '0', reservedMicroRho: '0', ...record };
  }
  if (path === '/api/disputes') return { disputes: convicted ? [convicted] : [] };
  if (convicted && path === `/api/disputes/${convicted.id}`) return convictedInFull(convicted);
  return undefined;
}

let convicted: DisputeSummary | undefined;
const roots = ['state 0', 'state 1', 'state 2'].map(digestOf);
const falseRoots = [roots[0]!, digestOf('another'), roots[2]!];

function disputeAbout(statement: Hex): DisputeSummary {
  return {
    id: digestOf('dispute'),
    kind: 'jury',
    accused: runEvidence.receipt.message.provider,
    accuser: ZERO_ADDRESS,
    statement,
    outcome: 'convicted',
    ground: 'jury',
    slashed: '5000000000000000000',
    openedAtSeconds: 1,
    settledAtSeconds: 2,
    stage: 'settled',
  };
}

function convictedInFull(dispute: DisputeSummary): DisputeDetail {
  const claimed = stepOutcomeDigest({ stateRoot: falseRoots[1]! });
  const majority = stepOutcomeDigest({ stateRoot: roots[1]! });
  return {
    ...dispute,
    timeline: [],
    jury: { step: '1', claimed, majority, stakeBlock: 1, rounds: [] },
    work: { manifest: runEvidence.manifest, roots: falseRoots },
  };
}

/** A study without a passport: its one job stands in its steps. */
const runJob = await makeStudy({
  metrics: plan => ({
    order: { nonce: `0x${'77'.repeat(32)}` },
    result: { ...plan.result, traceRoot: toHex(rootOf(falseRoots.map(fromHex))) },
  }),
});
const runEvidence = runJob.evaluation.metrics;
const runReceipt = statementDigest('Receipt', runEvidence.receipt.message, domains);
/** A study still on its way to a passport, that asked its owner twice: to train, and to measure on rows held back. */
const heldBack = await makeHeldBackStudy();
function stepsOfMeasuring() {
  const { training } = heldBack.passport;
  const { order, manifest, grant, receipt, outputs, verdict, inclusion, audits } =
    heldBack.evaluation.metrics;
  return [
    step('permission.given', { grant: training.grant }),
    step('measure.permission.given', { grant }),
    step('measure.order', { order, manifest }),
    step('measure.receipt', { receipt, outputs, verdict }),
    step('measure.anchor', inclusion),
    step('measure.audit', { audits }),
  ];
}
function stepsOfRun() {
  const { order, manifest, receipt, outputs, opening, inclusion, audits } = runEvidence;
  return [
    step('run.order', { order, manifest }),
    step('run.receipt', { receipt, outputs, opening }),
    step('run.anchor', inclusion),
    step('run.audit', { audits }),
  ];
}

before(async () => {
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://node');
    const blob = /^\/api\/blobs\/(\w+)$/.exec(pathname);
    const content =
      blob && [world, runJob.world, heldBack.world].flatMap(({ blobs }) => blobs.get(blob[1]!) ?? [])[0];
    if (content) {
      response.end(content);
      return;
    }
    const body = await answer(pathname, searchParams);
    if (body === undefined) {
      response.statusCode = 404;
      const code = pathname.startsWith('/api/models') ? 'K_MODEL_UNKNOWN' : 'K_HTTP_NOT_FOUND';
      response.end(JSON.stringify({ error: { code, message: `No ${pathname}.`, fault: 'user', data: {} } }));
      return;
    }
    response.end(JSON.stringify(toWire(body)));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Told {
  code: number;
  text: string;
}

async function told(
  what: string,
  options: VerifyOptions = {},
  given: Partial<VerifySurroundings> = {},
): Promise<Told> {
  let text = '';
  const output: Output = { write: (part: string) => (text += part) };
  const surroundings: VerifySurroundings = {
    home: join(folder, 'no-network'),
    json: false,
    node: undefined,
    as: undefined,
    environment: {},
    stdout: output,
    stderr: { write: () => undefined },
    ...given,
  };
  const { replay, programs } = world.sources;
  const code = await verify(surroundings, what, options, ({ replay: wanted }) => ({
    programs: programs!,
    ...(wanted
      ? {
          replay: async job => ({ ...(await replay!(job)), ...runResult(what) }),
          replayStep: async (_, { index }) => ({
            ...(index === 0 ? {} : { before: roots[index - 1]!, state: utf8.encode(`state ${index - 1}`) }),
            stateRoot: roots[index]!,
          }),
        }
      : {}),
  }));
  return { code, text };
}

/** What a replay of the run comes to: what its provider signed for, unless the court is to find otherwise. */
const runResult = (what: string) => {
  if (what !== runReceipt && !what.endsWith('disputed.koinon')) return {};
  const own = convicted ? roots : falseRoots;
  return { traceRoot: toHex(rootOf(own.map(root => fromHex(root)))), stepRoots: own };
};

const ofCode = (code: string) => (error: { code?: string }) => error.code === code;

test('a model is checked by its name, its jobs under their names, and ends in one sentence', async () => {
  const { code, text } = await told('cohort', {}, { node: url });
  assert.equal(code, 0, text);
  assert.match(text, /^Checking cohort, version 1\. What stands on chain is the word of 127\.0\.0\.1/);
  for (const job of ['passport', 'training', 'predictions', 'metrics']) {
    assert.equal(text.split(`\n${job}\n`).length, 2, job);
  }
  assert.match(text, /✓ Run again here, the job comes to the same bytes\./);
  assert.match(
    text,
    /– Run again here, the job comes to the same bytes\.\n +The rows never leave their custodian/,
  );
  assert.match(text, /\n✓ Nothing wrong in \d+ checks\. \d+ could not be made here; each says why\.\n$/);
  assert.doesNotMatch(text, /✗/);
});

test('what a release can have told is explained to everybody, line by line', async () => {
  const { text } = await told('cohort', {}, { node: url });
  const { bits } = passport.training.grant!.message;
  assert.match(
    text,
    new RegExp(
      `✓ No more can have been told than the permission says\\.\n +This release can tell at most ${bits} bits about the private rows: as much as the answers to ${bits} yes/no questions\\.\n`,
    ),
  );
  assert.match(text, /\n +\d+\.\d bits of them: model\.onnx, the weights of the model\.\n/);
  assert.match(text, /\n +\d+\.\d bits of them: whether it failed, and at which instant it appeared\.\n/);
  assert.match(text, /\n +Bits bound how much is told, not about whom/);
});

test('what a permission binds is told in words', async () => {
  const { text } = await told('cohort', { details: true }, { node: url });
  assert.match(
    text,
    /✓ The permission is for exactly this job\.\n +Program tabular-logistic, .*parameters \{"target":"ill"\}; it reads table\.safetensors \(the rows to train on, of dataset 7\); it may let out metrics\.json .* and model\.onnx/,
  );
});

test('a model that was tested on rows held back says so, and that nobody outside can replay it', async () => {
  const file = join(folder, 'held-back.koinon');
  const blobs = await gatherBlobs({ passport: heldBack.passport }, heldBack.world.sources);
  const whole = new Map([...blobs, [heldBack.cid, heldBack.bytes] as const]);
  writeFileSync(file, exportBundle({ root: heldBack.cid, blobs: whole }));
  const { code, text } = await told(file, { details: true });
  assert.equal(code, 0, text);
  assert.match(text, /1 on rows held back at the custodian, which only the auditor can replay\./);
  assert.match(text, /✓ It was measured on rows of the same dataset that were held back from training\./);
  assert.match(text, /metrics\.json, the measures, for all rows and by group\./);
});

test('a passport is checked by its name, and a version that is not there is told', async () => {
  assert.equal((await told(cid, {}, { node: url })).code, 0);
  await assert.rejects(told('nobody', {}, { node: url }), ofCode('K_MODEL_UNKNOWN'));
});

test('a receipt is found in a passport, and in a study that has none', async () => {
  const receipt = statementDigest('Receipt', passport.training.receipt.message, domains);
  const training = await told(receipt, {}, { node: url });
  assert.equal(training.code, 0, training.text);
  assert.match(training.text, /^Checking training of cohort, receipt 0x/);
  const run = await told(runReceipt, { offline: true }, { node: url });
  assert.equal(run.code, 0, run.text);
  assert.match(run.text, /^Checking run of study one/);
  const { message } = heldBack.evaluation.metrics.receipt;
  const measured = await told(statementDigest('Receipt', message, domains), { offline: true }, { node: url });
  assert.equal(measured.code, 0, measured.text);
  assert.match(measured.text, /^Checking measure of study two/);
  assert.match(measured.text, /✓ The order names the permission it was given under\./);
  await assert.rejects(told(`0x${'00'.repeat(32)}`, {}, { node: url }), ofCode('K_RECEIPT_UNKNOWN'));
});

test('what is exported is checked without asking anybody', async () => {
  const { code, text } = await told('cohort', { export: bundleFile }, { node: url });
  assert.equal(code, 0);
  assert.match(text, /cohort\.koinon: 1\d blobs/);
  assert.equal(readBundle(new Uint8Array(readFileSync(bundleFile))).root, cid);
  const alone = await told(bundleFile);
  assert.equal(alone.code, 0, alone.text);
  assert.match(alone.text, /^Checking cohort\.koinon\. From the file alone; nobody is asked\./);
  assert.match(alone.text, /✓ Run again here, the job comes to the same bytes\./);
  const asked = await told(bundleFile, {}, { node: url });
  assert.equal(asked.code, 0, asked.text);
  assert.match(asked.text, /✓ The log stands on chain with this root\./);
});

test('a file with one altered byte ends with code 3 and says what was altered', async () => {
  const whole = new Uint8Array(readFileSync(bundleFile));
  const model = world.blobs.get(passport.model)!;
  const altered = join(folder, 'altered.koinon');
  const at = Buffer.from(whole).indexOf(Buffer.from(model)) + 3;
  writeFileSync(altered, flipped(whole, at, 1));
  const { code, text } = await told(altered);
  assert.equal(code, 3);
  assert.match(text, /✗ Every blob in the file has the bytes its name stands for\./);
  assert.match(
    text,
    /✗ The file model\.onnx has the bytes that were signed for\.\n +The bytes given as .* are others\. The file was altered\./,
  );
  assert.match(text, /\n✗ \d+ of \d+ checks failed\. Do not rely on this\.\n$/);
  writeFileSync(altered, whole.subarray(0, whole.length - 1));
  const cut = await told(altered);
  assert.equal(cut.code, 3);
  assert.match(cut.text, /✗ The file is a whole bundle\.\n +This is no whole bundle/);
});

test('a bare passport file is checked with the blobs of a node', async () => {
  const file = join(folder, 'cohort.passport');
  writeFileSync(file, bytes);
  const { code, text } = await told(file, {}, { node: url });
  assert.equal(code, 0, text);
});

test('with --json one value says everything', async () => {
  const { code, text } = await told(bundleFile, { replay: false }, { json: true });
  assert.equal(code, 0);
  const value = JSON.parse(text);
  assert.equal(value.kind, 'bundle');
  assert.equal(value.summary.state, 'ok');
  const replay = value.checks.find(
    (check: { id: string; job: string }) => check.id === 'replay' && check.job === 'metrics',
  );
  assert.equal(replay.state, 'skipped');
});

test('a receipt that the court found false is told: what it did, where, and at which step it parts', async () => {
  convicted = disputeAbout(runReceipt);
  try {
    const { code, text } = await told(runReceipt, {}, { node: url });
    assert.equal(code, 3);
    assert.match(text, /✗ No court has found this receipt false\./);
    assert.match(text, /a jury drawn by lot replayed step 1 of its work.*lost 5 KOIN/);
    assert.match(text, /first step that ends otherwise is step 1 of 3/);
  } finally {
    convicted = undefined;
  }
});

test('one step is replayed alone and told apart from what its provider signed for', async () => {
  convicted = disputeAbout(runReceipt);
  try {
    const first = await told(runReceipt, { step: '0' }, { node: url });
    assert.match(first.text, /✓ Run alone here, step 0 ends as its provider committed to\./);
    const wrong = await told(runReceipt, { step: '1' }, { node: url });
    assert.equal(wrong.code, 3);
    assert.match(wrong.text, /✗ Run alone here, step 1 .*\n +From the same state it ends here in/);
    const beyond = await told(runReceipt, { step: '9' }, { node: url });
    assert.match(beyond.text, /There is no such step/);
  } finally {
    convicted = undefined;
  }
});

test('a disputed step is exported with the state before it, and convicts whoever reads the file alone', async () => {
  const file = join(folder, 'disputed.koinon');
  convicted = disputeAbout(runReceipt);
  try {
    assert.equal((await told(runReceipt, { export: file }, { node: url })).code, 3);
    const bundle = readBundle(new Uint8Array(readFileSync(file)));
    assert.ok(bundle.dispute && bundle.blobs.has(cidOfBlob(utf8.encode('state 0'))));
    const alone = await told(file);
    assert.equal(alone.code, 3);
    assert.match(alone.text, /\ndispute\n/);
    assert.match(alone.text, /✗ Run alone here, step 1/);
    assert.match(alone.text, /Only the chain can tell\./);
    const again = await told(file, { step: '0' });
    assert.match(again.text, /Nobody here has the states of its steps/);
  } finally {
    convicted = undefined;
  }
});

test('what cannot be meant is told before anybody is asked', async () => {
  for (const what of ['no/such/file', 'no-such.koinon', '0x12', 'Not A Model']) {
    await assert.rejects(told(what), ofCode('K_USAGE'), what);
  }
  await assert.rejects(told(bundleFile, { export: 'x' }), ofCode('K_USAGE'));
  await assert.rejects(told('cohort', { offline: true, rpc: 'http://x' }), ofCode('K_USAGE'));
  await assert.rejects(told('cohort', { network: bundleFile }, { node: url }), ofCode('K_USAGE'));
  await assert.rejects(told(runReceipt, { step: '-1' }, { node: url }), ofCode('K_USAGE'));
  await assert.rejects(told('cohort', { step: '0' }, { node: url }), ofCode('K_USAGE'));
  await assert.rejects(told(bundleFile, { step: '0' }), ofCode('K_USAGE'));
  await assert.rejects(told(folder), ofCode('K_FILE'));
  await assert.rejects(told('cohort'), ofCode('K_NODE_UNREACHABLE'));
});
