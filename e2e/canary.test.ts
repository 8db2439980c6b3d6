import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { custodyRoutes, nodeRoutes } from '@koinon/api';
import { clientOf, previewTable, readToken } from '@koinon/cli/testing';
import { openStore } from '@koinon/store/disk';
import { z } from 'zod';
import { canaryCsv, canaryNumbers, canaryWords, type Find, findCanaries } from './support/canaries.ts';
import { changeConfig } from './support/changeConfig.ts';
import { minimalProgram } from './support/minimalProgram.ts';
import { recordingProxy } from './support/recordingProxy.ts';
import { type StartedNetwork, startNetwork } from './support/startNetwork.ts';
import { offer, publish, settle } from './support/studies.ts';
import { temporaryHome } from './support/temporaryHome.ts';

const ROWS = 640;
const TEST_ROWS = 120;

test('no cell of a private row is found outside the custodian and the auditor it named, and a planted leak is', {
  timeout: 300_000,
}, async () => {
  using home = temporaryHome();
  using recordings = temporaryHome();
  const rpcFile = join(recordings.path, 'rpc');
  await using network = await startNetwork(home.path);
  await using proxy = await recordingProxy(network.rpcUrl, rpcFile);
  await Promise.all(
    [...network.nodes.keys()].map(name => listenIn(network, name, proxy.url, recordings.path)),
  );

  // What an owner looks at before she answers stays at her own node.
  const hospital = clientOf(network, 'hospital');
  const auditor = network.node('hospital-audit').operator;
  const shown = { name: 'cohort', target: 'outcome', publicShare: '0.5', amount: '0', auditor };
  const preview = await previewTable(hospital, shown, canaryCsv(ROWS, true), ROWS);
  assert.notDeepEqual(findCanaries('preview', Buffer.from(JSON.stringify(preview))), []);
  // By default no row is public.
  const dataset = await publish(network, canaryCsv(ROWS, true), { target: 'outcome', publicShare: '0' });
  // Trained on most rows and measured on those held back; both jobs are replayed by the auditor.
  const study = await settle(network, {
    kind: 'train',
    dataset,
    purpose: 'Look for canaries.',
    name: 'canary',
    privateTest: true,
  });
  assert.equal(study.state, 'done', JSON.stringify(study.failure));
  const answers = await readEverything(network, study.id);
  for (const [place, bytes] of answers) keep(join(recordings.path, 'http', encodeURIComponent(place)), bytes);
  assert.ok(answers.size > 60, `only ${answers.size} answers over HTTP were looked at`);
  assert.ok(statSync(rpcFile).size > 10_000, 'what the nodes asked the chain was recorded');

  const mayHaveThem = [
    join(home.path, 'hospital', 'data'),
    // The auditor is lent the rows for a replay and keeps none of them.
    join(recordings.path, 'hospital', auditor),
  ];
  // The canaries are where they may be, so the looking works in each of these kinds of places.
  for (const place of mayHaveThem) assertFormsFound(scan([place], []), place, ['f32']);
  assert.deepEqual(scan([home.path, recordings.path], mayHaveThem), []);

  await plantLeak(network);
  const [wires, stores] = [recordings.path, home.path].map(root => scan([root], mayHaveThem));
  assertFormsFound(wires!, join(recordings.path, 'researcher'), ['text', 'f32', 'f64']);
  const finders = ['alder', 'birch'].filter(name => stores!.some(({ where }) => where.includes(`/${name}/`)));
  assert.ok(finders.length > 0, 'who worked on it has it');
  for (const name of finders) assertFormsFound(stores!, join(home.path, name), ['text', 'f32', 'f64']);

  await network.stop();
  const store = openStore(join(home.path, 'hospital', 'data'));
  try {
    for await (const { cid, visibility } of store.blobs.list()) {
      if (visibility === 'public') assert.deepEqual(findCanaries(cid, (await store.blobs.get(cid))!), []);
    }
  } finally {
    store.close();
  }
});

/** Starts a node again so that all it sends to other nodes and to the chain is recorded. */
async function listenIn(
  network: StartedNetwork,
  name: string,
  rpcUrl: string,
  recordings: string,
): Promise<void> {
  const node = network.node(name);
  await node.stop();
  changeConfig(node.home, { rpcUrls: [rpcUrl] });
  await network.restart(name, ['--wire-tap', join(recordings, name)]);
}

/** Every answer that any node gives to any GET request its own document names, with the token and for private ids too. */
async function readEverything(network: StartedNetwork, study: string): Promise<Map<string, Uint8Array>> {
  const cids = blobsOf(join(network.node('hospital').home, 'data'));
  const values: Record<string, string[]> = {
    id: ['1', study],
    name: ['canary', 'model.onnx', 'metrics.json'],
    version: ['1'],
    cid: cids,
    operator: [...network.nodes.values()].map(({ operator }) => operator),
  };
  const answers = new Map<string, Uint8Array>();
  for (const { name, url, home } of network.nodes.values()) {
    const { paths } = await clientOf(network, name).call(nodeRoutes.openApi);
    const gets = Object.keys(paths).filter(path => 'get' in (paths[path] as object));
    for (const path of gets.flatMap(pattern => filled(pattern, values))) {
      const response = await fetch(new URL(path, url), {
        headers: { authorization: `Bearer ${readToken(home)}` },
      });
      answers.set(`${name} ${path}`, new Uint8Array(await response.arrayBuffer()));
    }
  }
  return answers;
}

/** The pattern with every combination of values in place of its `{names}`. */
function filled(pattern: string, values: Record<string, string[]>): string[] {
  const [whole, name] = /\{(\w+)\}/.exec(pattern) ?? [];
  if (!whole || !name) return [pattern];
  return (values[name] ?? []).flatMap(value => filled(pattern.replace(whole, value), values));
}

/** Names of all blobs of a store, private ones too, read beside the process that uses it. */
function blobsOf(folder: string): string[] {
  const database = new DatabaseSync(join(folder, 'koinon.sqlite'), { readOnly: true });
  try {
    return database
      .prepare('SELECT content AS cid FROM datasets UNION SELECT cid FROM blobReaders')
      .all()
      .map(row => z.string().parse(row['cid']));
  } finally {
    database.close();
  }
}

/** Gives canaries away on purpose: a public table (f32 and words) and raw f64, both sent to a provider. */
async function plantLeak(network: StartedNetwork): Promise<void> {
  const table = await clientOf(network, 'researcher').call(custodyRoutes.table, {
    query: { target: 'outcome' },
    body: canaryCsv(TEST_ROWS, true),
  });
  const doubles = new Uint8Array(Float64Array.from(canaryNumbers).buffer);
  const study = await settle(network, {
    kind: 'run',
    program: await offer(network, minimalProgram()),
    inputs: [
      { name: 'doubles.bin', source: { cid: await offer(network, doubles) } },
      { name: 'table.safetensors', source: { cid: table.cid } },
    ],
    params: {},
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 4096 }],
    purpose: 'Leak.',
  });
  assert.equal(study.state, 'done', JSON.stringify(study.failure));
}

/** Everything found in all files below the roots but those in `except`. */
function scan(roots: readonly string[], except: readonly string[]): Find[] {
  return roots.flatMap(root => {
    if (except.includes(root)) return [];
    if (!statSync(root).isDirectory()) return findCanaries(root, readFileSync(root));
    return scan(
      readdirSync(root).map(name => join(root, name)),
      except,
    );
  });
}

function assertFormsFound(finds: readonly Find[], below: string, forms: readonly string[]): void {
  const found = new Set(
    finds.filter(({ where }) => !relative(below, where).startsWith('..')).map(({ form }) => form),
  );
  for (const form of forms) assert.ok(found.has(form as Find['form']), `${form} not found in ${below}`);
}

function keep(path: string, bytes: Uint8Array): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
}

test('the search finds each canary in each form, and no single accident of four bytes', () => {
  const f32 = (...numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
  assert.deepEqual(findCanaries('x', f32(canaryNumbers[0])), []);
  assert.equal(findCanaries('x', f32(canaryNumbers[0], 1, canaryNumbers[1])).length, 2);
  for (const number of canaryNumbers) {
    assert.equal(findCanaries('x', new Uint8Array(Float64Array.of(number).buffer))[0]?.form, 'f64');
    assert.equal(findCanaries('x', Buffer.from(`{"max":${number}}`))[0]?.form, 'text');
  }
  for (const word of canaryWords) assert.equal(findCanaries('x', Buffer.from(word)).length, 1);
});
