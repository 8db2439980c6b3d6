import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cidOfBlob } from '@koinon/protocol';
import { type Answers, Events, type FakeNode, fakeNode, Refusal } from '../testing/fakeNode.ts';
import {
  answers,
  auditor,
  modelBytes,
  privateQuote,
  request,
  requestView,
  researcher,
  steps,
  study,
} from '../testing/sampleAnswers.ts';
import { type Typed, type } from '../testing/typed.ts';

const folder = mkdtempSync(join(tmpdir(), 'koinon-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const csv = join(folder, 'cohort.csv');
writeFileSync(csv, 'age,sex,outcome\n61,female,no\n47,male,yes\n52,male,no\n70,female,yes\n');
const program = join(folder, 'count.wasm');
writeFileSync(program, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

const streamed: Answers = {
  [`GET /api/studies/${study.id}/events`]: new Events(...steps.map(step => ['step', step] as const), [
    'study',
    study,
  ]),
};

/** Types a command at a fake node that answers like a small network, changed where `changes` says. */
async function ask(words: string[], changes: Answers = {}): Promise<Typed & { node: FakeNode }> {
  const node = await fakeNode({ ...answers, ...streamed, ...changes });
  try {
    const typed = await type([...words, '--node', node.url], {
      workingFolder: folder,
      environment: { KOINON_HOME: folder, KOINON_TOKEN: 'the token' },
    });
    return { ...typed, node };
  } finally {
    await node.close();
  }
}

const commands: string[][] = [
  ['data', 'publish', csv, '--target', 'outcome'],
  ['data', 'ls'],
  ['data', 'show', 'cohort'],
  ['data', 'mock', '1'],
  ['data', 'requests'],
  ['data', 'requests', '--all', '--before', '9'],
  ['data', 'show-request', '0x3333'],
  ['data', 'dry-run', '0x3333'],
  ['data', 'approve', '0x3333', '--bits', '230'],
  ['data', 'deny', '0x3333', '--reason', 'No.'],
  ['data', 'deny', '--from', researcher],
  ['data', 'revoke', 'cohort', '--all'],
  ['train', 'cohort', '--purpose', 'Research.'],
  ['train', 'cohort', '--purpose', 'Research.', '--no-wait'],
  ['run', program, '--input', `table.safetensors=${csv}`, '--output', 'counts.json:metrics'],
  ['jobs', 'ls'],
  ['jobs', 'ls', '--work'],
  ['jobs', 'show', '4f1c'],
  ['jobs', 'show', 'last', '--follow'],
  ['jobs', 'resume', '4f1c'],
  ['models', 'ls'],
  ['models', 'show', 'cohort'],
  ['models', 'pull', 'cohort', '-o', join(folder, 'pulled')],
  ['predict', 'cohort', '--row', 'age=61', 'sex=female'],
  ['predict', 'cohort', '--csv', csv],
  ['integrity'],
  ['disputes', 'ls'],
  ['disputes', 'ls', '--open'],
  ['disputes', 'show', 'last'],
  ['node', 'status'],
  ['node', 'ls'],
  ['node', 'name', 'charite'],
  ['node', 'name', '--clear'],
];
for (const words of commands) {
  const name = words.map(word => (word.startsWith(folder) ? 'FILE' : word)).join(' ');
  test(`"koinon ${name}" prints one JSON value with --json, and text without`, async () => {
    const asJson = await ask([...words, '--json']);
    assert.equal(asJson.code, 0, asJson.stdout);
    assert.equal(typeof asJson.json(), 'object');
    assert.equal(asJson.stdout.trimEnd().includes('\n'), false, 'one line');
    const asText = await ask(words);
    assert.equal(asText.code, 0, asText.stderr);
    assert.notEqual(asText.stdout.trim(), '');
    assert.throws(() => asText.json(), `text, not JSON: ${asText.stdout}`);
  });
}

test('a table is published as it is, with its policy, by the one auditor of the same owner', async () => {
  const { node } = await ask(['data', 'publish', csv, '--target', 'outcome', '--price', '0.25']);
  const sent = node.asked.find(({ method }) => method === 'POST')!;
  assert.equal(sent.body.toString(), readFileSync(csv, 'utf8'));
  assert.equal(sent.token, 'the token');
  assert.equal(sent.query.get('auditor'), auditor);
  assert.equal(sent.query.get('amount'), '250000000000000000');
  assert.equal(sent.query.get('name'), 'cohort');
});

test('nothing is asked of a node about input that cannot be', async () => {
  const empty = join(folder, 'empty.csv');
  writeFileSync(empty, '');
  const huge = join(folder, 'huge.csv');
  writeFileSync(huge, '');
  truncateSync(huge, 2 ** 40);
  const oneClass = join(folder, 'one.csv');
  writeFileSync(oneClass, 'age,outcome\n1,no\n2,no\n');
  const publish = (file: string, target = 'outcome') => ['data', 'publish', file, '--target', target];
  const expected: Array<[string[], string, number]> = [
    [publish(join(folder, 'none.csv')), 'K_FILE', 1],
    [publish(folder), 'K_FILE', 1],
    [publish(empty), 'K_TABLE_EMPTY', 1],
    [publish(huge), 'K_TABLE_TOO_LARGE', 1],
    [publish(csv, 'outcom'), 'K_TABLE_NO_SUCH_COLUMN', 1],
    [publish(oneClass), 'K_TABLE_ONE_CLASS', 1],
    [['data', 'publish', csv], 'K_USAGE', 2],
    [[...publish(csv), '--name', 'Not A Name'], 'K_USAGE', 2],
    [[...publish(csv), '--price', 'much'], 'K_USAGE', 2],
    [[...publish(csv), '--public-share', '1'], 'K_USAGE', 2],
    [['train', 'cohort'], 'K_USAGE', 2],
    [['train', 'cohort', '--purpose', 'x', '--test', empty.replace('empty', 'none')], 'K_FILE', 1],
    [['run', csv, '--output', 'a.json:metrics'], 'K_PROGRAM_FORMAT', 1],
    [['run', program], 'K_USAGE', 2],
    [['run', program, '--output', 'a.json:secrets'], 'K_USAGE', 2],
    [['run', program, '--input', `m=candidate:${program}`, '--output', 'a.json:evaluation'], 'K_USAGE', 2],
    [['train', 'cohort', '--purpose', 'x', '--private-test', '--test', csv], 'K_USAGE', 2],
    [['start', '--private-test', '--cheat'], 'K_USAGE', 2],
    [['run', program, '--input', 't=dataset:1', '--output', 'a.json:metrics'], 'K_USAGE', 2],
    [['predict', 'cohort'], 'K_USAGE', 2],
    [['data', 'revoke', 'cohort'], 'K_USAGE', 2],
    [['data', 'approve', '0x'], 'K_USAGE', 2],
    [['data', 'requests', '--before', 'now'], 'K_USAGE', 2],
    [['data', 'deny'], 'K_USAGE', 2],
    [['data', 'deny', '0x3333', '--from', researcher], 'K_USAGE', 2],
    [['data', 'deny', '--from', 'nobody'], 'K_USAGE', 2],
    [['models', 'show', '../secrets'], 'K_USAGE', 2],
  ];
  for (const [words, code, exit] of expected) {
    const typed = await ask([...words, '--json']);
    const { error } = typed.json() as { error: { code: string; next?: string } };
    assert.deepEqual([error.code, typed.code], [code, exit], words.join(' '));
    assert.ok(error.next, `${words.join(' ')}: nothing to type next`);
    assert.deepEqual(typed.node.asked, [], words.join(' '));
  }
});

test('what is misspelt is met with the nearest name', async () => {
  const said = async (words: string[]) => (await ask(words)).stderr;
  assert.match(await said(['data', 'publish', csv, '--target', 'outcom']), /"outcome"/);
  assert.match(await said(['train', 'cohrt', '--purpose', 'x']), /Did you mean "cohort"/);
  assert.match(
    await said(['train', 'cohort', '--purpose', 'x', '--target', 'outcom']),
    /did you mean "outcome"/,
  );
  assert.match(await said(['predict', 'cohort', '--row', 'agee=1']), /did you mean "age"/);
  assert.match(await said(['trian', 'cohort']), /Did you mean train\?/);
  assert.match(await said(['data', 'ls', '--jsn']), /Did you mean --json\?/);
  const unknown = new Refusal(404, { error: { code: 'K_MODEL_UNKNOWN', message: 'No.', fault: 'user' } });
  const missing = await ask(['models', 'show', 'cohor'], { 'GET /api/models/cohor': unknown });
  assert.match(missing.stderr, /Did you mean "cohort"/);
});

test('a row that is typed reaches the model in its types, and cells left out are null', async () => {
  const { node, stderr, stdout } = await ask(['predict', 'cohort', '--row', 'age=61.5']);
  const sent = JSON.parse(node.asked.at(-1)!.body.toString()) as { inputs: Array<{ data: unknown[] }> };
  assert.deepEqual(
    sent.inputs.map(({ data }) => data),
    [[61.5], [null]],
  );
  assert.match(stderr, /missing.*sex/);
  assert.match(stdout, /no[\s\S]*0\.75[\s\S]*yes[\s\S]*0\.25/);
  const word = await ask(['predict', 'cohort', '--row', 'age=old']);
  assert.equal(word.code, 2);
  assert.equal(
    word.node.asked.some(({ method }) => method === 'POST'),
    false,
  );
});

test('a file that is pulled is what its name says, or is not written', async () => {
  const output = join(folder, 'good');
  assert.equal((await ask(['models', 'pull', 'cohort', '-o', output])).code, 0);
  assert.deepEqual(new Uint8Array(readFileSync(join(output, 'cohort.onnx'))), modelBytes);
  const changes = Object.fromEntries(
    Object.keys(answers)
      .filter(path => path.startsWith('GET /api/blobs/'))
      .map(path => [path, Uint8Array.of(1)]),
  );
  const bad = join(folder, 'bad');
  const typed = await ask(['models', 'pull', 'cohort', '-o', bad], changes);
  assert.equal(typed.code, 1);
  assert.match(typed.stderr, /K_BLOB_DIFFERS/);
  assert.throws(() => readFileSync(join(bad, 'cohort.onnx')));
});

test('training is watched step by step on standard error, and says how the owner decides', async () => {
  const { stderr, stdout, node } = await ask(['train', 'cohort', '--purpose', 'Research.']);
  assert.match(stderr, /found dataset 1/);
  assert.match(stderr, /permission asked of the data owner.*at most 305 bits may be told a use/s);
  assert.match(stderr, /through the gate, rebuilt from 35 numbers; at most 305 bits told/);
  assert.match(stderr, new RegExp(`koinon data approve ${request.slice(0, 10)}`));
  assert.match(stdout, /cohort, version 1, is registered/);
  const begun = node.asked.find(({ path, method }) => method === 'POST' && path === '/api/studies')!;
  assert.deepEqual(JSON.parse(begun.body.toString()), {
    kind: 'train',
    dataset: '1',
    purpose: 'Research.',
    name: 'cohort',
  });
});

test('a study that fails ends the command with its reason and what to do: take it up again, unless it was a no', async () => {
  const failing = (failure: object) =>
    ask(['train', 'cohort', '--purpose', 'x'], {
      [`GET /api/studies/${study.id}/events`]: new Events(['study', { ...study, state: 'failed', failure }]),
    });
  const lost = await failing({ code: 'K_PEER_TIMEOUT', message: 'The custodian is silent.' });
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /The custodian is silent\. \(K_PEER_TIMEOUT\)/);
  assert.match(lost.stderr, new RegExp(`koinon jobs resume ${study.id}`));
  const denied = await failing({ code: 'K_GRANT_DENIED', message: 'No.', next: 'Ask with another purpose.' });
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /→ Ask with another purpose\.\n$/);
});

test('a stream that breaks is taken up again without telling a step twice', async () => {
  let calls = 0;
  const typed = await ask(['jobs', 'show', 'last', '--follow'], {
    [`GET /api/studies/${study.id}/events`]: () =>
      calls++ === 0
        ? new Events(['step', steps[0]])
        : new Events(['step', steps[0]], ['step', steps[4]], ['study', study]),
    [`GET /api/studies/${study.id}`]: { study: { ...study, state: 'running' }, steps: [] },
  });
  assert.equal(typed.code, 0, typed.stderr);
  assert.equal(calls, 2);
  assert.equal(typed.stderr.split('found dataset').length - 1, 1);
});

test('a node that refuses is quoted, and one that is not there is said to be so', async () => {
  const error = {
    code: 'K_HTTP_TOKEN',
    message: 'This call needs the token.',
    fault: 'user',
    next: 'Send it.',
  };
  const refused = await ask(['data', 'requests'], { 'GET /api/requests': new Refusal(401, { error }) });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /This call needs the token\. \(K_HTTP_TOKEN\)\n {2}→ Send it\./);
  const nobody = await type(['data', 'ls'], { workingFolder: folder });
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /K_NODE_UNREACHABLE[\s\S]*koinon dev/);
  const closed = await fakeNode({});
  await closed.close();
  const gone = await type(['data', 'ls', '--node', closed.url], { workingFolder: folder });
  assert.match(gone.stderr, /K_NODE_UNREACHABLE/);
});

test('the local network that runs is asked: its hospital about data, its researcher about models, or whom --as says', async () => {
  const nodes = { hospital: await fakeNode(answers), researcher: await fakeNode(answers) };
  const network = {
    rpcUrl: 'http://127.0.0.1:1',
    pid: process.pid,
    nodes: Object.entries(nodes).map(([name, { url }]) => ({ name, home: folder, operator: '0x', url })),
  };
  writeFileSync(join(folder, 'network.json'), JSON.stringify(network));
  writeFileSync(join(folder, 'api-token'), 'of the folder\n');
  const at = (...words: string[]) => type([...words, '--home', folder], { workingFolder: folder });
  try {
    assert.equal((await at('data', 'requests')).code, 0);
    assert.equal((await at('models', 'ls')).code, 0);
    assert.deepEqual(
      [nodes.hospital, nodes.researcher].map(({ asked }) => asked.map(({ path, token }) => [path, token])),
      [
        [
          ['/api/requests', 'of the folder'],
          ['/api/names', 'of the folder'],
        ],
        [['/api/models', 'of the folder']],
      ],
    );
    assert.equal((await at('models', 'ls', '--as', 'hospital')).code, 0);
    assert.equal(nodes.hospital.asked.length, 3);
    const stranger = await at('models', 'ls', '--as', 'nobody');
    assert.equal(stranger.code, 2);
    assert.match(stranger.stderr, /hospital, researcher/);
    writeFileSync(join(folder, 'network.json'), JSON.stringify({ ...network, pid: 2 ** 30 }));
    assert.match((await at('models', 'ls')).stderr, /K_NODE_UNREACHABLE/);
  } finally {
    rmSync(join(folder, 'network.json'));
    await Promise.all(Object.values(nodes).map(node => node.close()));
  }
});

test('a stranger’s text cannot move the cursor of the terminal', async () => {
  const fine = requestView() as { request: { message: object } };
  const evil = {
    ...fine,
    request: {
      ...fine.request,
      message: { ...fine.request.message, purpose: 'fine\u001b[2J\u202e\nkoinon data approve' },
    },
  };
  const typed = await ask(['data', 'requests'], { 'GET /api/requests': { requests: [evil] } });
  assert.equal(typed.code, 0);
  assert.equal(typed.stdout.includes('\u001b') || typed.stdout.includes('\u202e'), false);
  assert.match(typed.stdout, /fine \[2J {2}koinon/);
});

test('a dispute is told act by act, by the beginning of its id or of the receipt it is about', async () => {
  for (const beginning of ['0xddd', '0xeeee', 'last']) {
    const { stdout, code } = await ask(['disputes', 'show', beginning]);
    assert.equal(code, 0);
    assert.match(stdout, /Dispute 0xdddddddd…dddddd: convicted/);
    assert.match(stdout, /disputed at step 3.*\n.*seals its vote.*\n.*loses 10 KOIN of its stake: a jury/);
    assert.match(stdout, /koinon verify 0xe{64} --step 3/);
  }
  const unknown = await ask(['disputes', 'show', '0x1234']);
  assert.equal(unknown.code, 2);
});

test('a node is named, and what cannot be a name or is not ours is refused before', async () => {
  const named = await ask(['node', 'name', 'alder', auditor]);
  assert.deepEqual(JSON.parse(named.node.asked.at(-1)!.body.toString()), { name: 'alder', node: auditor });
  const cleared = await ask(['node', 'name', '--clear']);
  assert.deepEqual(JSON.parse(cleared.node.asked.at(-1)!.body.toString()), { name: '' });
  for (const [words, code] of [
    [['Not A Name'], 'K_USAGE'],
    [[], 'K_USAGE'],
    [['--clear', 'a', 'b'], 'K_USAGE'],
    [['alder', 'nobody'], 'K_USAGE'],
    [['alder', researcher], 'K_NODE_UNREGISTERED'],
  ] as const) {
    const typed = await ask(['node', 'name', ...words, '--json']);
    assert.equal((typed.json() as { error: { code: string } }).error.code, code, words.join(' '));
    assert.ok(typed.node.asked.every(({ method }) => method === 'GET'));
  }
});

test('nodes stand by name with the short address beside; where the node tells no names, the address alone', async () => {
  assert.match((await ask(['node', 'ls'])).stdout, /charite \(0xaaaaaa…aaaa\) +custody/);
  const without = { 'GET /api/names': undefined };
  assert.match((await ask(['node', 'ls'], without)).stdout, /^0xaaaaaa…aaaa +custody/m);
});

test('the residual risk is told with its factors', async () => {
  const { stdout } = await ask(['integrity']);
  assert.match(stdout, /agreement +75 % \(3 of 4 replays\)/);
  assert.match(stdout, /charite \(0xaaaaaa…aaaa\) +10 +0 +3 +100 % +33\.3 % +33\.3 % +10/);
});

const run = ['run', program, '--input', `table.safetensors=${csv}`, '--output', 'counts.json:metrics'];

test('a model is measured on rows held back: the file becomes a candidate, whatever class it may write is declared', async () => {
  const typed = await ask([
    ...['run', program, '--purpose', 'How good is it?', '--output', 'metrics.json:evaluation'],
    ...[
      '--input',
      'table.safetensors=dataset:cohort/held-back',
      '--input',
      `model.onnx=candidate:${program}`,
    ],
  ]);
  const { body } = typed.node.asked.find(({ method, path }) => method === 'POST' && path === '/api/studies')!;
  const { inputs, outputs } = JSON.parse(body.toString());
  assert.deepEqual(inputs, [
    { name: 'table.safetensors', source: { dataset: '1', rows: 'held-back' } },
    { name: 'model.onnx', source: { candidate: cidOfBlob(modelBytes) } },
  ]);
  assert.equal(outputs[0].class, 'evaluation');
});

test('work on private rows is quoted with its bits, and with --quote nothing is begun', async () => {
  const changes = { 'POST /api/quotes': privateQuote };
  const words = ['train', 'cohort', '--purpose', 'Research.', '--private-test'];
  const told = await ask(words, changes);
  const asked = told.node.asked.filter(({ method }) => method === 'POST');
  const [quoted, begun] = asked.map(({ body }) => JSON.parse(body.toString()));
  assert.equal(begun.privateTest, true);
  assert.deepEqual(quoted, { study: begun }, 'what is quoted is what is begun');
  const only = await ask([...words, '--quote'], changes);
  for (const text of [told.stderr, only.stdout]) {
    assert.match(
      text,
      /the training tells at most 305 bits about the rows: metrics\.json 20\.1, model\.onnx 274\.0, whether and when it ended 4\.5, the auditor’s report 5\.6\./,
    );
    assert.match(text, /the test on rows held back tells at most 51 bits/);
    assert.match(text, /allows 2,000 bits a job, and 10,000 in a year to you/);
    assert.doesNotMatch(text, /public rows is ordered/);
  }
  assert.equal(
    only.node.asked.some(({ path }) => path === '/api/studies'),
    false,
  );
  assert.deepEqual((await ask([...words, '--quote', '--json'], changes)).json() as object, privateQuote);
});

test('where a model was tested is told, and measures that nobody knows are told as such', async () => {
  const inPublic = await ask(['models', 'show', 'cohort']);
  assert.match(inPublic.stdout, /Tested on 80 public rows, at 0xffffff…ffff/);
  const found = answers['GET /api/models/cohort'] as { passport: { evaluations: [{ metrics: object }] } };
  const [{ metrics }] = found.passport.evaluations;
  const unknown = { accuracy: null, logLoss: null, rocAuc: null, expectedCalibrationError: null };
  const file = new TextEncoder().encode(
    JSON.stringify({
      overall: { ...unknown, rows: 800, accuracy: 0.9 },
      groups: [
        { column: 'sex', value: 'female', rows: null, ...unknown },
        { column: 'sex', value: 'male', rows: null, ...unknown, accuracy: 0.875 },
      ],
    }),
  );
  const cid = (metrics as { outputs: [{ cid: string }] }).outputs[0].cid;
  const heldBack = await ask(['models', 'show', 'cohort'], {
    'GET /api/models/cohort': {
      ...found,
      passport: { ...found.passport, evaluations: [{ heldBack: '1', metrics }] },
    },
    [`GET /api/blobs/${cid}`]: file,
  });
  assert.equal(heldBack.code, 0, heldBack.stderr);
  assert.match(
    heldBack.stdout,
    /Tested on at least 800 rows held back from training, of dataset 1, at its custodian 0xffffff…ffff/,
  );
  assert.match(heldBack.stdout, /log loss +not computable/);
  assert.match(heldBack.stdout, /sex = female +too few +-\n.*sex = male +not told +0\.8750/);
});

test('price and residual risk are told before anything is ordered', async () => {
  for (const words of [run, ['train', 'cohort', '--purpose', 'Research.']]) {
    const { stderr, node } = await ask(words);
    assert.match(
      stderr,
      /Price: at most 0\.11 KOIN, at charite \(0xaaaaaa…aaaa\)\. Assurance: replay; 10 % of such results/,
    );
    assert.match(stderr, /nobody finds out is 93\.3 %; if somebody does, the provider loses 10 KOIN/);
    const posts = node.asked.filter(({ method }) => method === 'POST').map(({ path }) => path);
    assert.ok(posts.indexOf('/api/quotes') < posts.indexOf('/api/studies'));
  }
});

test('how a run is checked is sent as it was asked for, and what cannot be meant is refused', async () => {
  const sentWith = async (...words: string[]) => {
    const { node } = await ask([...run, ...words]);
    const body = node.asked.find(({ method, path }) => method === 'POST' && path === '/api/studies')?.body;
    return body === undefined ? undefined : JSON.parse(body.toString()).assurance;
  };
  assert.equal(await sentWith(), undefined);
  assert.deepEqual(await sentWith('--assurance', 'none'), { kind: 'none' });
  assert.deepEqual(await sentWith('--audit-rate', '20%'), { kind: 'replay', auditRatePpm: 200_000 });
  assert.deepEqual(
    await sentWith('--replicas', '3', '--comparator', 'metric:overall.accuracy±0.01', '--audit-rate', '0.5'),
    {
      kind: 'redundant',
      replicas: 3,
      comparator: 'metric:overall.accuracy,0.01',
      auditRatePpm: 500_000,
    },
  );
  for (const words of [
    ['--assurance', 'luck'],
    ['--assurance', 'none', '--replicas', '2'],
    ['--assurance', 'none', '--audit-rate', '1'],
    ['--assurance', 'redundant', '--replicas', '1'],
    ['--comparator', 'about'],
    ['--audit-rate', '0'],
    ['--audit-rate', '120%'],
  ]) {
    const { code, node } = await ask([...run, ...words]);
    assert.equal(code, 2, words.join(' '));
    assert.deepEqual(node.asked, []);
  }
});
