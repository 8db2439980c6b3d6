import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { allRoutes, openApiDocument, openApiPath } from '@koinon/api';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import type { Hono } from 'hono';
import { CheckedAnswers, type OpenApi } from '../testing/checkedAnswers.ts';
import { inTime } from '../testing/seededNetwork.ts';
import { type ServedNode, serveMember, TEST_TOKEN } from '../testing/servedNode.ts';
import { type TrainedNetwork, trainedNetwork } from '../testing/trainedNetwork.ts';
import { createApp, handlersOf } from './createApp.ts';

const DESCRIBED = /^\/(api|v2|metrics|log)(\/|$)/;

/** What is served and what is described, where the two differ. */
function differences(app: Hono, document: OpenApi): string[] {
  const served = new Set(
    app.routes
      .filter(({ method, path }) => method !== 'ALL' && DESCRIBED.test(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${openApiPath(path)}`),
  );
  const described = new Set(
    Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(method => `${method} ${path}`),
    ),
  );
  return [
    ...[...served].filter(name => !described.has(name)),
    ...[...described].filter(name => !served.has(name)),
  ];
}

describe('the OpenAPI document', () => {
  let trained: TrainedNetwork;
  // Sockets and processes of the machine take part.
  const test = inTime(() => trained.network, { isShared: true });
  let answers: CheckedAnswers;
  const nodes = new Map<string, ServedNode>();
  const served = (name: string): ServedNode => nodes.get(name)!;
  const appOf = (name: string) => {
    const { node } = trained.network.member(name);
    const options = { name, token: TEST_TOKEN, authenticateAll: false, port: () => 1 };
    return createApp(node, options);
  };
  const routesOf = (name: string) =>
    handlersOf(trained.network.member(name).node, name).map(({ route }) => route);
  const names = ['researcher', 'hospital', 'hospital-audit', 'alder'];

  before(async () => {
    trained = await trainedNetwork(21);
    assert.equal(trained.study.state, 'done', trained.study.failure?.message);
    for (const name of names) {
      nodes.set(name, serveMember(trained.network.member(name)));
    }
    answers = new CheckedAnswers(openApiDocument(allRoutes, '0.0.0') as unknown as OpenApi);
  });
  after(async () => {
    await trained.network.stop();
  });

  const get = async (name: string, path: string, token = false): Promise<never> =>
    (await answers.check('get', path, await served(name).ask(path, { token }))) as never;
  const post = async (
    name: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<never> => {
    const response = await served(name).ask(path, {
      method: 'POST',
      token: true,
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
    });
    const checked = await answers.check('post', path, response);
    assert.equal(response.status, 200, JSON.stringify(checked));
    return checked as never;
  };

  test('of a node has every route that it serves, and none of a service that is off', async () => {
    const all = new Set<string>();
    for (const name of names) {
      const app = appOf(name);
      const own = (await (await served(name).ask('/api/openapi.json')).json()) as OpenApi;
      assert.deepEqual(differences(app, own), []);
      app.get('/api/hidden', context => context.text('not described'));
      assert.deepEqual(differences(app, own), ['get /api/hidden']);
      for (const path of Object.keys(own.paths)) all.add(path);
    }
    assert.deepEqual([...all].sort(), Object.keys(answers.document.paths).sort());
  });

  test('what is served beside it is the page, which is only read', () => {
    const others = appOf('researcher').routes.filter(
      ({ method, path }) => method !== 'ALL' && !DESCRIBED.test(path),
    );
    assert.ok(others.length > 0);
    assert.ok(others.every(({ method }) => method === 'GET'));
  });

  test('every route that changes something says that it needs the token, and needs it', async () => {
    for (const [name, route] of names.flatMap(name => routesOf(name).map(route => [name, route] as const))) {
      const isInference = route.path.endsWith('/infer');
      assert.ok(route.needsToken || route.method === 'get' || isInference, route.path);
      const operation = answers.document.paths[openApiPath(route.path)]![route.method]!;
      const security = route.needsToken ? [{ token: [] }] : route.isPublic ? [] : [{}, { token: [] }];
      assert.deepEqual(operation['security'], security);
      if (!route.needsToken) continue;
      const path = route.path.replace(/:[a-z]+/g, 'x');
      const response = await served(name).ask(path, { method: route.method.toUpperCase() });
      assert.equal(response.status, 401, route.path);
    }
  });

  test('describes what a node says of itself, the network and the chain', async () => {
    await get('researcher', '/api/status');
    const { nodes: listed } = (await get('researcher', '/api/nodes')) as { nodes: { operator: string }[] };
    assert.equal(listed.length, 5);
    await get('researcher', '/api/names');
    await get('researcher', '/metrics');
    await get('researcher', '/api/openapi.json');
    const { operator } = trained.network.member('hospital');
    const { anchor } = (await get('researcher', `/api/anchors/${operator}?size=1`)) as {
      anchor: { transaction: string };
    };
    await get('researcher', `/api/transactions/${anchor.transaction}`);
    const none = await get('researcher', `/api/anchors/${operator}?size=1000000`);
    assert.deepEqual(none, { anchor: null });
  });

  test('describes datasets, as their custodian and as others see them', async () => {
    for (const name of ['researcher', 'hospital']) {
      await get(name, '/api/datasets');
      const dataset = (await get(name, `/api/datasets/${trained.dataset}`)) as Record<string, unknown>;
      assert.ok('said' in dataset && 'metadata' in dataset);
      assert.equal('held' in dataset, name === 'hospital');
    }
    assert.match(await get('researcher', `/api/datasets/${trained.dataset}/mock`), /^age,sex,/);
  });

  test('describes studies, their steps and the events they come by', async () => {
    const { id } = trained.study;
    await get('researcher', '/api/studies');
    const { steps } = (await get('researcher', `/api/studies/${id}`)) as { steps: unknown[] };
    const events = (await get('researcher', `/api/studies/${id}/events`)) as string;
    const blocks = events.trim().split('\n\n');
    assert.equal(blocks.length, steps.length + 1);
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)\nid: d+$/.exec(block)!;
      answers.checkEvent('/api/studies/{id}/events', event!, data!);
    }
    const half = blocks[9]!.split('id: ')[1]!;
    const rest = await served('researcher').ask(`/api/studies/${id}/events`, {
      headers: { 'last-event-id': half },
    });
    assert.equal((await rest.text()).trim(), blocks.slice(10).join('\n\n'));
    await post('researcher', `/api/studies/${id}/resume`);
  });

  test('describes a single run and the files it came to', async () => {
    const { node } = trained.network.member('researcher');
    const { id } = (await post('researcher', '/api/studies', {
      kind: 'run',
      program: node.kernel.programs.get('tabular-logistic'),
      inputs: [{ name: 'table.safetensors', source: { dataset: String(trained.dataset) } }],
      params: { target: COHORT_TARGET },
      outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 65_536 }],
      purpose: 'How well does it fit?',
    })) as { id: string };
    const study = await node.port('studies').settled(id);
    assert.equal(study.state, 'done', study.failure?.message);
    await get('researcher', `/api/studies/${id}`);
    const metrics = await get('researcher', `/api/studies/${id}/outputs/metrics.json`, true);
    assert.match(String(metrics), /"kind":"training"/);
  });

  test('describes what work would cost and what risk is left, and a run that several providers do', async () => {
    const { node } = trained.network.member('researcher');
    const program = node.kernel.programs.get('tabular-logistic');
    const assurance = { kind: 'redundant', replicas: 2, comparator: 'bytes' };
    const quote = (await post('researcher', '/api/quotes', { program, assurance })) as {
      providers: string[];
      workAmount: string;
      totalAmount: string;
      risk: { undetectedPpm: number; factors: unknown[] };
    };
    assert.equal(new Set(quote.providers).size, 2);
    assert.equal(BigInt(quote.totalAmount), 2n * BigInt(quote.workAmount));
    assert.ok(quote.risk.undetectedPpm < 500_000 && quote.risk.factors.length >= 5);
    const none = (await post('researcher', '/api/quotes', { program, assurance: { kind: 'none' } })) as {
      risk: { undetectedPpm: number };
    };
    assert.equal(none.risk.undetectedPpm, 1_000_000);
    const dataset = String(trained.dataset);
    const owned = (await post('researcher', '/api/quotes', { program, dataset })) as { assurance: string };
    assert.equal(owned.assurance, 'owner-audited');

    const { held } = (await get('hospital', `/api/datasets/${dataset}`)) as { held: { publicTable: string } };
    const table = held.publicTable;
    const { id } = (await post('researcher', '/api/studies', {
      kind: 'run',
      program,
      inputs: [{ name: 'table.safetensors', source: { cid: table } }],
      params: { target: COHORT_TARGET },
      outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 65_536 }],
      purpose: 'Two at once.',
      assurance,
    })) as { id: string };
    const study = await node.port('studies').settled(id);
    assert.equal(study.state, 'done', study.failure?.message);
    const steps = node.kernel.workflows.list(id).map(({ name }) => name);
    for (const name of ['run.voucher', 'run2.voucher', 'run.comparison'])
      assert.ok(steps.includes(name), name);
    const metrics = await get('researcher', `/api/studies/${id}/outputs/metrics.json`, true);
    assert.match(String(metrics), /"kind":"training"/);
  });

  test('describes jobs and audits', async () => {
    const { jobs } = (await get('hospital', '/api/jobs')) as { jobs: { released: unknown[] }[] };
    assert.ok(jobs[0]!.released.length >= 1);
    const { audits } = (await get('hospital-audit', '/api/audits')) as { audits: unknown[] };
    assert.ok(audits.length > 0);
  });

  test('describes models and the blobs they consist of', async () => {
    const { models } = (await get('researcher', '/api/models')) as { models: { passport: string }[] };
    const { registered } = (await get('researcher', '/api/models/heart')) as { registered: unknown };
    assert.ok(registered);
    await get('researcher', '/api/models/heart?version=1');
    await get('researcher', `/api/blobs/${models[0]!.passport}`);
  });

  test('describes predictions', async () => {
    for (const path of ['/v2', '/v2/', '/v2/health/live', '/v2/health/ready', '/v2/models']) {
      await get('researcher', path);
    }
    for (const base of ['/v2/models/heart', '/v2/models/heart/versions/1']) {
      const { inputs } = (await get('researcher', base)) as { inputs: { name: string; datatype: string }[] };
      await get('researcher', `${base}/ready`);
      await post('researcher', `${base}/infer`, {
        inputs: inputs.map(({ name, datatype }) => ({ name, datatype, shape: [1, 1], data: [null] })),
      });
    }
  });

  test('describes what the owner of data does', async () => {
    const csv = syntheticCohort({ rows: 200, seed: 9 });
    await post('researcher', `/api/tables?target=${COHORT_TARGET}`, csv, 'text/csv');
    await post('researcher', '/api/blobs', 'any bytes', 'application/octet-stream');
    const auditor = trained.network.member('hospital-audit').operator;
    const query = new URLSearchParams({ name: 'more', target: COHORT_TARGET, amount: '1', auditor });
    await post(
      'hospital',
      `/api/datasets/preview?${query}&publicShare=0.2&exclude=age&exclude=bmi`,
      csv,
      'text/csv',
    );
    const { id: dataset } = (await post('hospital', `/api/datasets?${query}`, csv, 'text/csv')) as {
      id: string;
    };
    const { id: study } = (await post('researcher', '/api/studies', {
      kind: 'train',
      dataset,
      purpose: 'To be refused.',
      name: 'refused',
    })) as { id: string };
    const pending = async () => {
      type Requests = { requests: { digest: string; status: string }[] };
      const { requests } = (await get('hospital', '/api/requests', true)) as Requests;
      // The first that was asked: the one after it leaves a candidate open, which cannot be tried out.
      return requests.findLast(request => request.status === 'pending');
    };
    const [request] = await trained.network.until(async () => [await pending()].filter(one => !!one));
    assert.ok(request);
    await get('hospital', `/api/requests/${request.digest}`, true);
    await post('hospital', `/api/requests/${request.digest}/dry-run`);
    await post('hospital', `/api/requests/${request.digest}/deny`, { reason: 'Not for this.' });
    await post('hospital', '/api/requests/deny', { digests: [request.digest], reason: 'Not for this.' });
    const { studies, grants } = {
      studies: trained.network.member('researcher').node.port('studies'),
      grants: trained.network.member('hospital').node.port('custody').grants,
    };
    assert.equal((await studies.settled(study)).state, 'failed');
    await get('researcher', `/api/studies/${study}`);
    const approved = grants.list().find(({ status }) => status === 'approved')!;
    const { terms, bits, uses } = approved.request.message;
    const seen = { terms, bits: bits.toString(), uses };
    await post('hospital', `/api/requests/${approved.digest}/approve`, seen);
    await post('hospital', `/api/datasets/${dataset}/revoke`, {});
  });

  test('describes the log as others watch it', async () => {
    assert.match(await get('researcher', '/log/checkpoint'), /^koinon\//);
    await get('researcher', '/log/key');
    await get('researcher', '/log/tile/0/000.p/1');
    await get('researcher', '/log/tile/entries/000.p/1');
  });

  test('describes what is before the court, and how the network stands', async () => {
    const { network } = trained;
    const provider = ['alder', 'birch'].find(
      name => network.member(name).node.port('work').jobs.list().length > 0,
    )!;
    const [job] = network.member(provider).node.port('work').jobs.list();
    const { receipt, order } = network.member(provider).node.kernel.evidence.dossierOf(job!.receiptDigest!)!;
    const { court } = network.member('researcher').node.ports.chain;
    const { demand } = await court.demand(receipt, order.message, 'opening', 0n);
    const { audits, providers } = (await get('researcher', '/api/integrity')) as {
      audits: { agrees: number };
      providers: { risk: { auditRatePpm: number } }[];
    };
    assert.ok(audits.agrees > 0);
    assert.equal(providers.length, 3);
    const { disputes } = (await get('researcher', '/api/disputes')) as { disputes: { id: string }[] };
    assert.deepEqual(
      disputes.map(({ id }) => id),
      [demand],
    );
    const { work } = (await get('researcher', `/api/disputes/${demand}`)) as { work: { manifest: string } };
    assert.ok(work.manifest.startsWith('b'));
  });

  test('describes refusals', async () => {
    const ownerOf = (path: string) => (/^\/api\/(requests|datasets)/.test(path) ? 'hospital' : 'researcher');
    const paths = [
      '/api/datasets/999',
      '/api/datasets/x',
      '/api/datasets/999/mock',
      '/api/studies/x',
      '/api/studies/x/events',
      '/api/models/x',
      '/api/models/heart?version=0',
      '/api/blobs/x',
      '/api/anchors/x',
      '/api/anchors/x?size=-1',
      '/api/transactions/x',
      '/api/requests',
      `/api/transactions/0x${'0'.repeat(64)}`,
      '/log/tile/0/999',
      '/log/tile/entries/999',
      '/v2/models/x',
      '/v2/models/x/ready',
    ];
    for (const path of paths) {
      const response = await served(ownerOf(path)).ask(path);
      assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
      await answers.check('get', path, response);
    }
    for (const [path, body] of [
      ['/api/studies', '{'],
      ['/api/studies', '{"kind":"steal"}'],
      ['/api/studies/x/resume', ''],
      ['/api/tables', ''],
      ['/api/datasets', 'a,b\n1,2'],
      ['/api/datasets/preview', 'a,b\n1,2'],
      ['/api/requests/x/deny', '{}'],
      ['/api/requests/deny', '{}'],
      ['/api/requests/x/approve', '{}'],
      ['/api/datasets/1/revoke', '{"grant":1}'],
    ] as const) {
      const response = await served(ownerOf(path)).ask(path, { method: 'POST', token: true, body });
      assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
      await answers.check('post', path, response);
    }
  });

  test('has no operation whose answer these tests have not held against it', () => {
    // Names are given in everyService.test.ts.
    assert.deepEqual(answers.unanswered(), ['post /api/names']);
  });
});
