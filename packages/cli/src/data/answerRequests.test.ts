import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Input } from '../commands/surroundings.ts';
import { type Answers, type FakeNode, fakeNode, Refusal } from '../testing/fakeNode.ts';
import { answers, draft, request, requestView, researcher } from '../testing/sampleAnswers.ts';
import { type Typed, type } from '../testing/typed.ts';
import { typing } from '../testing/typing.ts';

const folder = mkdtempSync(join(tmpdir(), 'koinon-answer-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function data(
  words: string[],
  { changes = {}, stdin }: { changes?: Answers; stdin?: Input } = {},
): Promise<Typed & { node: FakeNode }> {
  const node = await fakeNode({ ...answers, ...changes });
  try {
    const typed = await type(['data', ...words, '--node', node.url], {
      workingFolder: folder,
      environment: { KOINON_HOME: folder, KOINON_TOKEN: 'the token' },
      ...(stdin ? { stdin } : {}),
    });
    return { ...typed, node };
  } finally {
    await node.close();
  }
}
const view = (shown: unknown): Answers => ({
  'GET /api/requests': { requests: [shown] },
  [`GET /api/requests/${request}`]: shown,
});
const sent = ({ node }: { node: FakeNode }, verb: string) =>
  node.asked
    .filter(({ method, path }) => method === 'POST' && path.endsWith(verb))
    .map(({ body }) => JSON.parse(body.toString()) as unknown);
const opaque = requestView(
  { manifest: draft({ outputs: [{ name: 'raw.bin', class: 'table', maxBytes: 4 }] }) },
  { bound: { bits: 230, opaqueBits: 33, terms: [] } },
);

test('a request is shown with its program, parameters, rows, files, bound and caps', async () => {
  const { stdout, code, stderr } = await data(['show-request', '0x3333']);
  assert.equal(code, 0, stderr);
  for (const said of [
    'is waiting',
    researcher,
    'stake 10 KOIN',
    '“Research.”',
    'a program Koinon does not ship: 12,345 bytes, sha-256 0x5555',
    'imports koinon_io.read',
    'parameter exclude        []',
    'parameter target         "outcome"',
    'your rows to train on, of dataset 1',
    'a model, written anew by the gate, at most 1,000 bytes',
    '0.1 KOIN a use',
    '230 bits a use: as much as 230 yes/no questions about the rows; about 21 rows of 11 bits',
    'A row is put at 8 bits for each number',
    '219.0  the facts in model.onnx',
    'this requester in a year     460        690   10000',
  ])
    assert.ok(stdout.includes(said), `${said} is not in\n${stdout}`);
});

test('what is left open is said in words, and so are refusals, several uses and what became of it', async () => {
  const source = { candidate: draft().program };
  const manifest = draft({ inputs: [{ name: 'model.onnx', source }, ...draft().inputs] });
  const refusals = [{ code: 'K_BITS_SPENT', message: 'No bit is left.' }];
  const { stdout } = await data(['show-request', request], {
    changes: view(requestView({ manifest, uses: 3 }, { refusals })),
  });
  assert.match(stdout, /a model made elsewhere, to be measured; who asks names it with each use/);
  assert.match(stdout, /In 3 uses 690 bits: as much as 690 yes\/no questions/);
  assert.match(stdout, /this requester in a year +460 +1150 +10000/);
  assert.match(stdout, /refused No bit is left\./);
  assert.doesNotMatch(stdout, /data approve/);
  for (const [status, word] of [
    ['approved', 'granted'],
    ['used', 'used'],
    ['revoked', 'revoked'],
    ['expired', 'expired'],
  ] as const) {
    const typed = await data(['requests', '--all'], { changes: view(requestView({}, { status })) });
    assert.match(typed.stdout, new RegExp(` ${word} `));
  }
});

test('a list goes on where the page before ended, and waiting ones are asked for alone', async () => {
  const { node, stdout } = await data(['requests', '--before', '40'], {
    changes: { 'GET /api/requests': { requests: [requestView()], next: 7 } },
  });
  const { query } = node.asked[0]!;
  assert.deepEqual([query.get('status'), query.get('before')], ['pending', '40']);
  assert.match(stdout, /BITS[\s\S]*230[\s\S]*koinon data requests --before 7/);
  const all = await data(['requests', '--all']);
  assert.equal(all.node.asked[0]?.query.get('status'), null);
});

test('a request is found by the beginning of its digest on a later page', async () => {
  const other = requestView({}, { digest: `0x${'2'.repeat(64)}` });
  const { code } = await data(['show-request', '0x3333'], {
    changes: {
      'GET /api/requests': ({ query }: { query: URLSearchParams }) =>
        query.get('before') === '9' ? { requests: [requestView()] } : { requests: [other], next: 9 },
    },
  });
  assert.equal(code, 0);
});

test('what is granted is what was shown: its terms, bits and uses', async () => {
  const manifest = draft({ params: { target: 'sex' } });
  const shown = requestView({ manifest, uses: 2 });
  const typed = await data(['approve', '0x3333'], { changes: view(shown), stdin: typing('230 bits\r') });
  assert.equal(typed.code, 0, typed.stderr);
  const { message } = shown['request'] as { message: { terms: string } };
  assert.deepEqual(sent(typed, '/approve'), [{ terms: message.terms, bits: '230', uses: 2 }]);
  for (const said of ['parameter target         "sex"', '230 bits a use', 'uses                     2'])
    assert.ok(typed.stderr.includes(said), `${said} is not in\n${typed.stderr}`);
});

test('nothing is granted where the job that is shown is not the one that would be signed', async () => {
  const shown = requestView();
  const changes: Record<string, unknown>[] = [
    { params: { target: 'outcome', exclude: ['age'] } },
    { program: draft().program.replace(/.$/, 'a') },
    { outputs: [{ name: 'model.onnx', class: 'model', maxBytes: 999 }] },
    { inputs: [] },
    { private: false },
    { limits: { ...draft().limits, fuel: 2e9 } },
  ];
  for (const change of changes) {
    const manifest = { ...(shown['manifest'] as object), ...change };
    const typed = await data(['approve', request, '--bits', '230'], {
      changes: view({ ...shown, manifest }),
    });
    assert.equal(typed.code, 1, JSON.stringify(change));
    assert.deepEqual(sent(typed, '/approve'), []);
  }
});

test('nothing is granted without a yes to just its bits', async () => {
  for (const [words, stdin, code] of [
    [[], undefined, 'K_USAGE'],
    [['--bits', '229'], undefined, 'K_USAGE'],
    [['--bits', '230', '--confirm-bits', '8'], undefined, 'K_USAGE'],
    [[], typing('yes\r'), 'K_NOT_CONFIRMED'],
    [[], typing('\r'), 'K_NOT_CONFIRMED'],
  ] as const) {
    const typed = await data(['approve', request, ...words], stdin ? { stdin } : {});
    assert.match(typed.stderr, new RegExp(code));
    assert.deepEqual(sent(typed, '/approve'), []);
  }
});

test('nothing is granted where the policy refuses, the bound is another, or it is decided', async () => {
  for (const changes of [
    { refusals: [{ code: 'K_X', message: 'Too many.' }] },
    { bound: { bits: 231, opaqueBits: 0, terms: [] } },
    { bound: undefined },
    { status: 'denied' },
  ]) {
    const bits = String(changes.bound?.bits ?? 230);
    const typed = await data(['approve', request, '--bits', bits], {
      changes: view(requestView({}, changes)),
    });
    assert.match(typed.stderr, /K_REQUEST_NOT_GRANTABLE/);
    assert.deepEqual(sent(typed, '/approve'), []);
  }
});

test('files that leave as they are need a second yes', async () => {
  const changes = view(opaque);
  const once = await data(['approve', request, '--bits', '230'], { changes });
  assert.match(once.stderr, /--bits 230 --confirm-bits 33/);
  assert.deepEqual(sent(once, '/approve'), []);
  const typed = await data(['approve', request, '--bits', '230', '--confirm-bits', '33'], { changes });
  assert.equal(typed.code, 0, typed.stderr);
  assert.equal((sent(typed, '/approve')[0] as { confirmBits: number }).confirmBits, 33);
  const asked = await data(['approve', request, '--bits', '230'], {
    changes,
    stdin: typing('33 bits unread\r'),
  });
  assert.equal(sent(asked, '/approve').length, 1);
});

test('a node that finds another request than was seen is quoted', async () => {
  const error = {
    code: 'K_APPROVAL_DIFFERS',
    message: 'Request 0x3 says something else about: bits.',
    fault: 'user',
    next: 'Look at the request again, and approve what it says.',
  };
  const { stderr, code } = await data(['approve', request, '--bits', '230'], {
    changes: { [`POST /api/requests/${request}/approve`]: new Refusal(409, { error }) },
  });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /something else about: bits\. \(K_APPROVAL_DIFFERS\)\n {2}→ Look at the request again/,
  );
});

test('several are denied at once, or all of one requester', async () => {
  const two = await data(['deny', '0x3333', request, '--reason', 'No.']);
  assert.deepEqual(sent(two, '/deny'), [{ digests: [request], reason: 'No.' }]);
  assert.match(two.stdout, /denied 1 request; told: “No\.”/);
  const from = await data(['deny', '--from', researcher.toUpperCase().replace('0X', '0x')]);
  assert.deepEqual(sent(from, '/deny'), [{ requester: researcher, reason: '' }]);
  assert.match(from.stdout, /denied 3 requests of/);
});

test('a look says first what it costs, then what would leave and why, and writes the files', async () => {
  const { stdout, stderr, node } = await data(['dry-run', '0x3333', '--out', join(folder, 'looked')]);
  assert.match(stderr, /counts one bit.*costs who asks 0\.01 KOIN/);
  assert.match(stdout, /withheld, exit code 0/);
  assert.match(stdout, /metrics\.json +would leave: written anew from its facts/);
  assert.match(stdout, /model\.onnx +would not leave: a model, but of no class the gate knows/);
  assert.match(stdout, /logLoss +0\.25[\s\S]*accuracy +none/);
  assert.match(stdout, /the end of stderr, which leaves with nobody\n {2}row 17 is ill \[2J/);
  assert.equal(JSON.parse(readFileSync(join(folder, 'looked', 'metrics.json'), 'utf8')).kind, 'training');
  assert.equal(node.asked.filter(({ path }) => path.endsWith('/dry-run')).length, 1);
});
