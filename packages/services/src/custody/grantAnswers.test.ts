import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { ask } from '@koinon/kernel';
import {
  handmadeRequest,
  inTime,
  type Member,
  privateDraft,
  type SeededNetwork,
  type ServedNode,
  seededNetwork,
  serveMember,
} from '@koinon/node/testing';
import {
  decodeManifest,
  type GrantRequest,
  type Hex,
  type Policy,
  policyDigest,
  statementDigest,
  ZERO_32,
} from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import type { HeldDataset } from './datasetBook.ts';
import type { RequestView } from './requestView.ts';

describe('what the owner answers', () => {
  let network: SeededNetwork;
  const test = inTime(() => network);
  let hospital: Member;
  let served: ServedNode;
  let published: HeldDataset;

  before(async () => {
    network = await seededNetwork(67);
    published = await network.publish(syntheticCohort({ rows: 300, seed: 7 }), COHORT_TARGET);
    hospital = network.member('hospital');
    served = serveMember(hospital);
  });
  after(async () => {
    await network.stop();
  });

  /** The dataset with another policy; none is answered alone unless told. */
  const held = async (change: Partial<Policy> = {}, autoApprove = false): Promise<HeldDataset> => {
    const policy = { ...published.policy, ...change };
    const dataset = { ...published, policy, policyDigest: policyDigest(policy), autoApprove };
    hospital.node.port('custody').datasets.add(dataset);
    await hospital.node.ports.chain.datasets.setPolicy(dataset.id, dataset.policyDigest);
    return dataset;
  };
  const asked = async (
    dataset: HeldDataset,
    options: { draft?: Uint8Array; change?: Partial<GrantRequest>; from?: string } = {},
  ) => {
    const ports = network.member(options.from ?? 'researcher').node.ports;
    const { digest, ...question } = await handmadeRequest(ports, hospital, dataset, options);
    const answer = await ask(ports.network, hospital.operator, 'grant.request', question);
    return { digest, answer, ...question.request.message };
  };
  const post = async (path: string, body: unknown) => {
    const response = await served.ask(path, {
      method: 'POST',
      token: true,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const shown = async (path: string) => {
    const response = await served.ask(`/api/requests${path}`, { token: true });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json() as Promise<{ requests: RequestView[]; next?: number } & RequestView>;
  };
  const yes = ({ terms, bits, uses }: GrantRequest) => ({ terms, bits: bits.toString(), uses });

  test('is signed only if it is what the request says, field by field', async () => {
    const request = await asked(await held());
    const path = `/api/requests/${request.digest}/approve`;
    const seen = yes(request);
    const others = {
      terms: ZERO_32,
      bits: (request.bits + 1n).toString(),
      uses: 2,
      confirmBits: 1,
    };
    for (const [field, other] of Object.entries(others)) {
      const { status, body } = await post(path, { ...seen, [field]: other });
      assert.equal(status, 409, field);
      assert.equal(body.error.code, 'K_APPROVAL_DIFFERS');
      assert.deepEqual(body.error.data.differing, [field]);
    }
    for (const field of ['terms', 'bits', 'uses']) {
      assert.equal((await post(path, { ...seen, [field]: undefined })).status, 400, field);
    }
    const { status, body } = await post(path, seen);
    assert.equal(status, 200);
    assert.equal(body.grant.message.terms, request.terms);
    assert.equal(body.grant.message.bits, request.bits.toString());
    assert.equal(body.grant.message.amount, published.policy.amount.toString());
  });

  test('is no longer signed when the policy has become another since', async () => {
    const request = await asked(await held());
    await held({ weightBits: 4, ratePermille: 1 });
    const { body } = await post(`/api/requests/${request.digest}/approve`, yes(request));
    assert.equal(body.error.code, 'K_REQUEST_REFUSED');
    assert.match(body.error.message, /one use can tell up to/);
  });

  test('says the bits of files that leave as they are, in so many words', async () => {
    const dataset = await held({ opaqueBits: 1_000, bits: { ...published.policy.bits, job: 4_000 } });
    const draft = privateDraft(dataset, { outputs: [{ name: 'rows.bin', class: 'table', maxBytes: 100 }] });
    const request = await asked(dataset, { draft });
    const path = `/api/requests/${request.digest}`;
    assert.equal((await shown(`/${request.digest}`)).bound?.opaqueBits, 801);
    const { status, body } = await post(`${path}/approve`, yes(request));
    assert.equal(status, 409);
    assert.equal(body.error.data.opaqueBits, 801);
    assert.equal((await post(`${path}/approve`, { ...yes(request), confirmBits: 801 })).status, 200);
  });

  test('follows a request with all that it binds, and what was charged before', async () => {
    const dataset = await held();
    const program = await network
      .member('researcher')
      .store.blobs.put(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), 'public');
    const request = await asked(dataset, { draft: privateDraft(dataset, { program }) });
    const ledger = hospital.node.port('custody').ledger;
    const before = ledger.charged(dataset.id, request.requester, hospital.node.ports.clock.nowMs());
    const [listed] = (await shown('?status=pending&limit=1')).requests;
    assert.equal(listed?.digest, request.digest);
    assert.equal(listed.seenAtMs, undefined);
    const view = await shown(`/${request.digest}`);
    assert.ok(view.seenAtMs! > 0);
    assert.deepEqual(view.program, {
      cid: program,
      bytes: 8,
      sha256: (view.program as { sha256: Hex }).sha256,
      imports: [],
      exports: [],
    });
    assert.equal(view.manifest.program, program);
    assert.equal(view.manifest.params['target'], COHORT_TARGET);
    assert.equal(BigInt(view.bound!.bits), request.bits);
    assert.deepEqual(
      view.bound!.terms.map(({ kind, name }) => name ?? kind),
      ['metrics.json', 'outcome', 'report'],
    );
    assert.ok(view.bound!.terms.every(({ description }) => description.length > 10));
    assert.deepEqual(view.charged, { ...before });
    assert.deepEqual(view.caps, dataset.policy.bits);
    assert.deepEqual(view.refusals, []);
    const { requester } = view as unknown as { requester: { operator: Hex } };
    assert.equal(requester.operator, request.requester);
  });

  test('is listed page by page, the newest first', async () => {
    const dataset = await held();
    const digests = [];
    for (let i = 0; i < 3; i++) digests.push((await asked(dataset)).digest);
    const first = await shown('?limit=2');
    assert.deepEqual(
      first.requests.map(({ digest }) => digest),
      [digests[2], digests[1]],
    );
    const second = await shown(`?limit=2&before=${first.next}`);
    assert.equal(second.requests[0]?.digest, digests[0]);
  });

  test('is no to many at once: to those named, or to all of one requester', async () => {
    const dataset = await held();
    const grants = hospital.node.port('custody').grants;
    const named = [await asked(dataset), await asked(dataset)];
    const other = await asked(dataset, { from: 'birch' });
    const digests = [...named.map(({ digest }) => digest), ZERO_32];
    assert.deepEqual((await post('/api/requests/deny', { digests, reason: 'No.' })).body, { denied: 2 });
    const more = await asked(dataset);
    const { requester } = more;
    const { body } = await post('/api/requests/deny', { requester, reason: 'Not yours.' });
    assert.ok(body.denied >= 1);
    assert.equal(grants.look(more.digest).reason, 'Not yours.');
    assert.equal(grants.look(other.digest).status, 'pending');
    const ports = network.member('researcher').node.ports;
    const told = await ask(ports.network, hospital.operator, 'grant.status', { digest: more.digest });
    assert.deepEqual(told, { status: 'denied', request: more.digest, reason: 'Not yours.' });
  });

  test('shows as revoked, used up or over what once was approved', async () => {
    const dataset = await held();
    const grants = hospital.node.port('custody').grants;
    const ports = hospital.node.ports;
    const stateOf = async ({ digest }: { digest: Hex }) => (await shown(`/${digest}`)).status;
    const approved = async () => {
      const request = await asked(dataset);
      return { ...request, grant: await grants.approve(request.digest, request) };
    };
    const [revoked, used] = [await approved(), await approved()];
    assert.equal(await stateOf(revoked), 'approved');
    const digest = statementDigest('Grant', revoked.grant.message, ports.deployment);
    await ports.chain.datasets.revokeGrant(dataset.id, digest);
    assert.equal(await stateOf(revoked), 'revoked');
    hospital.node.port('custody').charge(used.grant, `0x${'0d'.repeat(32)}`);
    assert.equal(await stateOf(used), 'used');
    const over = await approved();
    const past = grants.look(over.digest);
    const expired = { ...past.grant!, message: { ...past.grant!.message, expiresAt: 1n } };
    const { status } = await hospital.node.port('custody').requestViews.view({ ...past, grant: expired });
    assert.equal(status, 'expired');
  });

  test('without a person is only what a demonstration needs', async () => {
    const dataset = await held({ opaqueBits: 1_000, bits: { ...published.policy.bits, job: 4_000 } }, true);
    assert.equal((await asked(dataset)).answer.status, 'approved');
    const outputs = [{ name: 'rows.bin', class: 'table' as const, maxBytes: 100 }];
    const opaque = await asked(dataset, { draft: privateDraft(dataset, { outputs }) });
    assert.equal(opaque.answer.status, 'pending');
    const params = { target: COHORT_TARGET, words: 'x'.repeat(10_000) };
    const large = await asked(dataset, { draft: privateDraft(dataset, { params }) });
    assert.equal(large.answer.status, 'pending');
  });

  test('without a person lets no more bits be promised than the policy’s caps leave', async () => {
    const { bits } = await asked(await held());
    const from = 'alder';
    const requesterYear = Number(bits) * 5;
    const dataset = await held({ bits: { ...published.policy.bits, requesterYear } }, true);
    const uses = [3, 3, 2, 1];
    const answers = [];
    for (const each of uses)
      answers.push((await asked(dataset, { from, change: { uses: each } })).answer.status);
    assert.deepEqual(answers, ['approved', 'pending', 'approved', 'pending']);
  });

  test('is never asked for a draft whose signed terms are another’s', async () => {
    const dataset = await held();
    const { id, contentRoot } = dataset;
    const draft = privateDraft(dataset);
    const other = { ...decodeManifest(draft), params: { target: 'sex' } };
    const ports = network.member('researcher').node.ports;
    const { digest: _, ...question } = await handmadeRequest(ports, hospital, dataset, { draft });
    const manifest = privateDraft({ ...dataset, id, contentRoot }, other);
    await assert.rejects(ask(ports.network, hospital.operator, 'grant.request', { ...question, manifest }), {
      code: 'K_REQUEST_REFUSED',
      message: /not the one it names/,
    });
  });

  test('is for at least one use, and at most the policy’s', async () => {
    const dataset = await held({ maxUses: 3 });
    for (const uses of [0, 4, 4_294_967_295]) {
      await assert.rejects(asked(dataset, { change: { uses } }), {
        code: 'K_REQUEST_REFUSED',
        message: /1 to 3 uses/,
      });
    }
  });
});
