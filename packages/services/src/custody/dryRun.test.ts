import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { ask } from '@koinon/kernel';
import {
  handmadeRequest,
  inTime,
  type Member,
  privateDraft,
  quickExecutor,
  type SeededNetwork,
  type ServedNode,
  seededNetwork,
  serveMember,
} from '@koinon/node/testing';
import { KoinonError, type Policy, policyDigest, utf8 } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { smallProgram } from '@koinon/world';
import type { HeldDataset } from './datasetBook.ts';

describe('a look at what a request would release', () => {
  let network: SeededNetwork;
  const test = inTime(() => network);
  let hospital: Member;
  let served: ServedNode;
  let published: HeldDataset;
  let program: string;
  let fails = false;
  const seeds: string[] = [];

  before(async () => {
    network = await seededNetwork(68);
    published = await network.publish(syntheticCohort({ rows: 300, seed: 7 }), COHORT_TARGET);
    await network.crash('hospital');
    const quick = quickExecutor();
    hospital = await network.start('hospital', {
      executor: {
        run: async (job, options) => {
          seeds.push(Buffer.from(job.manifest.seed).toString('hex'));
          if (fails) throw new KoinonError({ code: 'K_HOST_TIMEOUT', message: 'Late.', fault: 'platform' });
          const ran = await quick.run(job, options);
          return { ...ran, stderr: utf8.encode(`${'x'.repeat(9_000)}row 17 is ill`) };
        },
      },
    });
    served = serveMember(hospital);
    program = await network.member('researcher').store.blobs.put(smallProgram, 'public');
  });
  after(async () => {
    await network.stop();
  });

  const held = (change: Partial<Policy> = {}): HeldDataset => {
    const policy = { ...published.policy, ...change };
    const dataset = { ...published, policy, policyDigest: policyDigest(policy), autoApprove: false };
    hospital.node.port('custody').datasets.add(dataset);
    return dataset;
  };
  const asked = async (dataset: HeldDataset, options: Parameters<typeof handmadeRequest>[3] = {}) => {
    const ports = network.member('researcher').node.ports;
    const draft = options.draft ?? privateDraft(dataset, { program });
    const { digest, ...question } = await handmadeRequest(ports, hospital, dataset, { ...options, draft });
    await ask(ports.network, hospital.operator, 'grant.request', question);
    return { digest, ...question.request.message };
  };
  const look = async (digest: string) => {
    const response = await served.ask(`/api/requests/${digest}/dry-run`, { method: 'POST', token: true });
    return { status: response.status, body: await response.json() };
  };
  const charged = (dataset: HeldDataset) =>
    hospital.node
      .port('custody')
      .ledger.list(dataset.id)
      .map(({ bits }) => bits);

  test('shows what would leave, written anew, why, and what the program said', async () => {
    const dataset = held();
    const { digest, bits } = await asked(dataset);
    const { status, body } = await look(digest);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.exitCode, 0);
    assert.equal(body.word, 'released');
    assert.equal(BigInt(body.bits), bits);
    assert.deepEqual(body.reasons[0].reasons, ['rebuilt']);
    const [file] = body.files;
    const written = JSON.parse(Buffer.from(file.base64, 'base64').toString());
    assert.equal(written.kind, 'training');
    assert.match(body.stderr, /row 17 is ill$/);
    assert.equal(body.stderr.length, 4096);
  });

  test('leaves nothing behind for others: no job, no log entry, no blob a peer may have', async () => {
    const dataset = held();
    const { digest } = await asked(dataset);
    const { store, node } = hospital;
    const logged = store.log.size;
    const kept = async () => {
      const cids = [];
      for await (const { cid } of store.blobs.list()) cids.push(cid);
      return cids.sort();
    };
    const before = await kept();
    const { body } = await look(digest);
    assert.equal(store.log.size, logged);
    assert.equal(node.port('work').jobs.list().length, 0);
    assert.deepEqual(await kept(), before);
    assert.ok(body.files.length > 0);
    const ports = network.member('researcher').node.ports;
    const told = await ask(ports.network, hospital.operator, 'grant.status', { digest });
    assert.deepEqual(told, { status: 'pending', request: digest });
  });

  test('is charged one bit before it runs, once, and paid with the first use', async () => {
    const dataset = held();
    const request = await asked(dataset);
    const before = charged(dataset).length;
    fails = true;
    assert.equal((await look(request.digest)).body.error.code, 'K_HOST_TIMEOUT');
    fails = false;
    assert.deepEqual(charged(dataset).slice(before), [1]);
    await look(request.digest);
    assert.deepEqual(charged(dataset).slice(before), [1]);
    assert.equal(hospital.node.port('custody').ledger.list(dataset.id).at(-1)?.by, request.digest);
    const grant = await hospital.node.port('custody').grants.approve(request.digest, request);
    assert.equal(grant.message.amount, dataset.policy.amount + dataset.policy.dryRunAmount);
    assert.equal((await look(request.digest)).body.error.code, 'K_REQUEST_DECIDED');
  });

  test('draws another seed each time, which nobody chose', async () => {
    const dataset = held();
    const { digest } = await asked(dataset);
    seeds.length = 0;
    await look(digest);
    await look(digest);
    assert.equal(new Set([...seeds, '00'.repeat(32)]).size, 3);
  });

  test('is refused where the request does not pay for it, and charges nothing', async () => {
    const dataset = held();
    const { digest } = await asked(dataset, { change: { maxAmount: dataset.policy.amount } });
    const before = charged(dataset).length;
    assert.equal((await look(digest)).body.error.code, 'K_DRY_RUN_UNPAID');
    assert.equal(charged(dataset).length, before);
  });

  test('is refused where no bit is left, and nothing runs', async () => {
    const dataset = held();
    const request = await asked(dataset);
    const ledger = hospital.node.port('custody').ledger;
    const { requester } = request;
    const total = ledger.charged(dataset.id, requester, hospital.node.ports.clock.nowMs()).total;
    held({ bits: { ...dataset.policy.bits, total } });
    seeds.length = 0;
    assert.equal((await look(request.digest)).body.error.code, 'K_BITS_SPENT');
    assert.equal(seeds.length, 0);
    held();
  });

  test('needs a candidate where the request leaves open which', async () => {
    const dataset = held();
    const { id, contentRoot } = dataset;
    const source = { dataset: { id: id.toString(), contentRoot, rows: 'held-back' as const } };
    const draft = privateDraft(dataset, {
      program,
      inputs: [
        { name: 'model.onnx', source: { candidate: program } },
        { name: 'table.safetensors', source },
      ],
      outputs: [{ name: 'evaluation.json', class: 'evaluation', maxBytes: 4096 }],
    });
    const { digest } = await asked(dataset, { draft });
    assert.equal((await look(digest)).body.error.code, 'K_DRY_RUN_CANDIDATE');
  });
});
