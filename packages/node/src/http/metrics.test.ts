// Own process: it looks which libraries are loaded.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import { privateStudy, publicStudy } from '../testing/sampleStudies.ts';
import { withNetwork } from '../testing/seededNetwork.ts';
import { servedNode, serveMember } from '../testing/servedNode.ts';
import { addToCatalogue } from '../testing/smallModel.ts';

const { cache } = createRequire(import.meta.url);
const isLoaded = () => Object.keys(cache).some(path => path.includes('prom-client'));

/** Value of each sample by its name and labels. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm))
    found.set(name!, Number(value));
  return found;
}

test('a node starts and answers without the library of metrics, which comes with the first look', async t => {
  const served = await servedNode();
  t.after(() => served.stop());
  assert.equal((await served.ask('/v2')).status, 200);
  assert.equal(isLoaded(), false);
  const response = await served.ask('/metrics');
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const read = samples(await response.text());
  assert.equal(isLoaded(), true);
  assert.equal(read.get('koinon_http_requests_total{route="/v2",method="GET",status="200"}'), 1);
});

test('requests are counted by route, whatever a client put into the path', async t => {
  const served = await servedNode();
  t.after(() => served.stop());
  await addToCatalogue(served.member, 'broken', new Uint8Array(3));
  for (const path of ['/secret-name', '/api/studies/one', '/api/studies/two', '/v2/models/x'])
    await served.ask(path);
  await served.ask('/api/blobs', { method: 'POST' });
  await served.ask('/v2/models/broken/infer', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1]}]}',
  });
  const text = await (await served.ask('/metrics')).text();
  const read = samples(text);
  const requests = (labels: string) => read.get(`koinon_http_requests_total{${labels}}`);
  assert.equal(requests('route="/api/studies/:id",method="GET",status="404"'), 2);
  assert.equal(requests('route="none",method="GET",status="404"'), 1);
  assert.equal(requests('route="/api/blobs",method="POST",status="401"'), 1);
  assert.equal(requests('route="/v2/models/:name",method="GET",status="404"'), 1);
  assert.ok([...read.keys()].some(name => name.startsWith('koinon_predictions_total{result="')));
  assert.doesNotMatch(text, /secret-name|broken/);
});

test('what the books, the log and the chain hold is told, twice the same, and names nobody', () =>
  withNetwork(31, async network => {
    const studies = network.member('researcher').node.port('studies');
    for (const request of [await privateStudy(network), await publicStudy(network)]) {
      const study = await studies.settled(studies.begin(request));
      assert.equal(study.state, 'done', study.failure?.message);
    }
    const figures = async (name: string) => {
      const served = serveMember(network.member(name));
      await served.ask('/metrics');
      const text = await (await served.ask('/metrics')).text();
      assert.doesNotMatch(text, /0x[0-9a-f]{8}|bafy|bafk/);
      return samples(text);
    };
    const hospital = await figures('hospital');
    for (const state of ['accepted', 'sealed', 'paid']) {
      assert.equal(hospital.get(`koinon_jobs_total{state="${state}"}`), 1, state);
    }
    assert.equal(hospital.get('koinon_jobs_total{state="failed"}'), 0);
    assert.equal(hospital.get('koinon_jobs_under_way'), 0);
    assert.equal(hospital.get('koinon_vouchers_total{direction="taken"}'), 1);
    assert.equal(hospital.get('koinon_grant_requests{status="approved"}'), 1);
    assert.equal(hospital.get('koinon_datasets'), 1);
    assert.equal(hospital.get('koinon_log_entries'), 2, 'the checkpoint key and the receipt');
    assert.equal(hospital.get('koinon_log_anchored_entries'), 2);
    assert.equal(hospital.get('koinon_chain_up'), 1);
    assert.ok(hospital.get('koinon_chain_head_block')! > 0);
    assert.ok(hospital.get('koinon_chain_head_lag_seconds')! >= 0);
    assert.equal(
      hospital.get('koinon_job_duration_seconds_count'),
      0,
      'the time of a private job is not told',
    );
    assert.ok([...hospital.keys()].some(name => name.startsWith('koinon_build_info{version="0.0.0"')));
    assert.ok(hospital.has('process_resident_memory_bytes'));

    const all = [hospital];
    for (const name of ['hospital-audit', 'alder', 'birch', 'researcher']) all.push(await figures(name));
    const sum = (name: string) => all.reduce((total, read) => total + (read.get(name) ?? 0), 0);
    // The lot may fall on more than one auditor of the public job.
    assert.ok(sum('koinon_audits_total{result="reported"}') >= 2);
    assert.ok(sum('koinon_court_replays') >= 1, 'the run of a public audit is kept for the court');
    assert.equal(sum('koinon_court_cases{state="found"}'), 0);
    assert.equal(sum('koinon_job_duration_seconds_count'), 1);
    assert.equal(sum('koinon_vouchers_total{direction="given"}'), 2);
    assert.equal(sum('koinon_vouchers_total{direction="taken"}'), 2);
  }));

test('a dead chain is told, and the rest all the same', async t => {
  const served = await servedNode();
  t.after(() => served.stop());
  const { chain } = served.member.node.ports;
  const dead = new KoinonError({ code: 'K_RPC_UNREACHABLE', message: 'Nobody answers.', fault: 'chain' });
  chain.block = () => Promise.reject(dead);
  const response = await served.ask('/metrics');
  assert.equal(response.status, 200);
  const read = samples(await response.text());
  assert.equal(read.get('koinon_chain_up'), 0);
  assert.equal(read.get('koinon_log_entries'), 1);
  assert.equal((await served.ask('/api/status')).status, 502);
});

test('names follow the practice of Prometheus: units at the end, _total for what only grows', async t => {
  const served = await servedNode();
  t.after(() => served.stop());
  const text = await (await served.ask('/metrics')).text();
  const types = [...text.matchAll(/^# TYPE (koinon_\w+) (\w+)$/gm)];
  assert.ok(types.length >= 20);
  for (const [, name, type] of types) {
    assert.equal(name!.endsWith('_total'), type === 'counter', name);
    if (type === 'histogram') assert.match(name!, /_seconds$/);
    assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'));
  }
});
