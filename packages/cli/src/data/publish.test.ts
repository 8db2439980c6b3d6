import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Input } from '../commands/surroundings.ts';
import { type FakeNode, fakeNode } from '../testing/fakeNode.ts';
import { answers } from '../testing/sampleAnswers.ts';
import { type Typed, type } from '../testing/typed.ts';
import { typing } from '../testing/typing.ts';

const folder = mkdtempSync(join(tmpdir(), 'koinon-publish-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const csv = join(folder, 'cohort.csv');
writeFileSync(
  csv,
  'age,"site, ward",sex,outcome\n61,a,female,no\n47,a,male,yes\n52,b,male,no\n70,b,female,yes\n',
);
const SEED = `0x${'6'.repeat(64)}`;
const CONSENT = `0x${'7'.repeat(64)}`;

async function publish(words: string[], stdin?: Input): Promise<Typed & { node: FakeNode }> {
  const node = await fakeNode(answers);
  try {
    const typed = await type(['data', 'publish', csv, '--target', 'outcome', ...words, '--node', node.url], {
      workingFolder: folder,
      environment: { KOINON_HOME: folder, KOINON_TOKEN: 'the token' },
      ...(stdin ? { stdin } : {}),
    });
    return { ...typed, node };
  } finally {
    await node.close();
  }
}
const posted = ({ node }: { node: FakeNode }, path: string) =>
  node.asked.filter(asked => asked.method === 'POST' && asked.path === path);
const published = (typed: { node: FakeNode }) => posted(typed, '/api/datasets');

test('nothing is public unless it is asked for, and the preview is what is published', async () => {
  const typed = await publish([]);
  assert.equal(typed.code, 0, typed.stderr);
  const [looked] = posted(typed, '/api/datasets/preview');
  assert.equal(looked!.query.get('publicShare'), '0');
  assert.equal(looked!.query.get('heldBackShare'), '0.2');
  assert.equal(looked!.token, 'the token');
  const [sent] = published(typed);
  assert.equal(sent!.query.get('seed'), SEED);
  assert.equal(sent!.query.get('consent'), null);
  assert.deepEqual(sent!.body, looked!.body);
  for (const said of [
    'no row',
    'about 56, in steps of 8',
    '14 bits',
    '3 rarer',
    'looks odd',
    'singles out 75.0 %',
  ])
    assert.ok(typed.stderr.includes(said), `${said} is not in ${typed.stderr}`);
});

test('a preview publishes nothing', async () => {
  const typed = await publish(['--preview', '--public-share', '0.2', '--json']);
  assert.equal(typed.code, 0, typed.stderr);
  assert.equal((typed.json() as { seed: string }).seed, SEED);
  assert.deepEqual(published(typed), []);
  assert.match((await publish(['--preview', '--public-share', '0.2'])).stdout, /47 +male +yes/);
});

test('rows become public only after they were shown and a yes in words', async () => {
  const typed = await publish(['--public-share', '0.2'], typing('publish 1 rows\r'));
  assert.equal(typed.code, 0, typed.stderr);
  assert.ok(
    typed.stderr.indexOf('47') < typed.stderr.indexOf('type: publish 1 rows'),
    'shown before it is asked',
  );
  const [sent] = published(typed);
  assert.deepEqual([sent!.query.get('seed'), sent!.query.get('consent')], [SEED, CONSENT]);
  for (const no of ['yes\r', 'publish 2 rows\r', '\r', '\u0003']) {
    const refused = await publish(['--public-share', '0.2'], typing(no));
    assert.notEqual(refused.code, 0, no);
    assert.deepEqual(published(refused), [], no);
  }
});

test('without a terminal the yes is the number of rows and the seed of the preview that showed them', async () => {
  for (const words of [
    [],
    ['--yes-publish-rows', '1'],
    ['--yes-publish-rows', '2', '--seed', SEED],
    ['--seed', SEED],
  ]) {
    for (const json of [[], ['--json']]) {
      const refused = await publish(['--public-share', '0.2', ...words, ...json]);
      assert.equal(refused.code, 2, words.join(' '));
      assert.deepEqual(published(refused), []);
      assert.match(refused.stderr, /47 +male +yes/, 'the rows are shown in any case');
      assert.match(refused.stderr + refused.stdout, new RegExp(`--yes-publish-rows 1 --seed ${SEED}`));
    }
  }
  const typed = await publish(['--public-share', '0.2', '--yes-publish-rows', '1', '--seed', SEED]);
  assert.equal(typed.code, 0, typed.stderr);
  assert.equal(posted(typed, '/api/datasets/preview')[0]!.query.get('seed'), SEED);
  assert.equal(published(typed)[0]!.query.get('consent'), CONSENT);
});

test('all rows that would become public can be written to a file', async () => {
  const file = join(folder, 'public.csv');
  const typed = await publish(['--public-share', '0.2', '--preview', '--rows-file', file]);
  assert.equal(typed.code, 0, typed.stderr);
  assert.equal(readFileSync(file, 'utf8'), 'age,sex,outcome\n47,male,yes\n');
  assert.ok(Number(posted(typed, '/api/datasets/preview')[0]!.query.get('show')) >= 2_000_000);
  assert.ok(existsSync(file));
});

test('options that name columns can be given again, and names may have commas', async () => {
  const typed = await publish([
    ...['--exclude', 'site, ward', '--exclude', 'age', '--range', 'age=0:120', '--range', 'a=b=1:2'],
    ...[
      '--groups',
      'sex',
      '--weight-bits',
      '6',
      '--no-candidates',
      '--bits-per-job',
      '300',
      '--held-back',
      '0.5',
    ],
    ...['--bits-total', '900', '--max-uses', '4'],
  ]);
  assert.equal(typed.code, 0, typed.stderr);
  for (const { query } of typed.node.asked.filter(({ method }) => method === 'POST')) {
    assert.deepEqual(query.getAll('exclude'), ['site, ward', 'age']);
    assert.deepEqual(query.getAll('range'), ['age=0:120', 'a=b=1:2']);
    assert.deepEqual(query.getAll('groups'), ['sex']);
    assert.deepEqual(
      ['weightBits', 'candidates', 'bitsPerJob', 'bitsTotal', 'bitsPerYear', 'heldBackShare', 'maxUses'].map(
        name => query.get(name),
      ),
      ['6', 'false', '300', '900', null, '0.5', '4'],
    );
  }
  assert.deepEqual(
    published(await publish(['--exclude', 'age,sex']))[0]!.query.getAll('exclude'),
    ['age', 'sex'],
    'names without commas can stand in one',
  );
});

test('what cannot be is refused before anything is asked', async () => {
  for (const words of [
    ['--public-share', '1'],
    ['--held-back', '-0.1'],
    ['--weight-bits', '3'],
    ['--weight-bits', '8.5'],
    ['--max-uses', '0'],
    ['--bits-per-job', 'many'],
  ]) {
    const typed = await publish(words);
    assert.deepEqual([typed.code, typed.node.asked], [2, []], words.join(' '));
  }
});
