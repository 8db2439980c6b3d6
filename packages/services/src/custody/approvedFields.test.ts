import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { ask } from '@koinon/kernel';
import {
  changed,
  figuresDraft,
  handmadeOrder,
  inTime,
  ordered,
  privateOrder,
  type SeededNetwork,
  type Submission,
  seededNetwork,
} from '@koinon/node/testing';
import { decodeNode, encodeNode, type Grant, KoinonError, statementDigest } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import type { HeldDataset } from './datasetBook.ts';

/** A path into a value, and the value with something else there. */
interface Change {
  at: string;
  value: unknown;
}

/** Every way to change one leaf, to add a member or to leave one out. */
function changesOf(value: unknown, at = ''): Change[] {
  const own: Change[] = leafChanges(value).map(other => ({ at, value: other }));
  if (Array.isArray(value)) {
    own.push({ at: `${at}[+]`, value: [...value, value[0] ?? 'more'] });
    value.forEach((item, i) => {
      own.push({ at: `${at}[-${i}]`, value: value.toSpliced(i, 1) });
      for (const inner of changesOf(item, `${at}[${i}]`))
        own.push({ at: inner.at, value: value.with(i, inner.value) });
    });
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    own.push({ at: `${at}.+`, value: { ...value, more: 1 } });
    for (const [key, member] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      own.push({ at: `${at}.-${key}`, value: rest });
      for (const inner of changesOf(member, `${at}.${key}`))
        own.push({ at: inner.at, value: { ...value, [key]: inner.value } });
    }
  }
  return own;
}

function leafChanges(value: unknown): unknown[] {
  if (typeof value === 'string') return [`${value}x`, value.slice(0, -1) + (value.endsWith('b') ? 'c' : 'b')];
  if (typeof value === 'number') return [value + 1, Math.max(0, value - 1)].filter(other => other !== value);
  if (typeof value === 'bigint') return [value + 1n, value > 0n ? value - 1n : 2n];
  if (typeof value === 'boolean') return [!value];
  if (value instanceof Uint8Array) return [value.with(0, value[0]! ^ 1)];
  return [];
}

describe('what an owner approved', () => {
  let network: SeededNetwork;
  const it = inTime(() => network);
  let dataset: HeldDataset;
  let given: Awaited<ReturnType<typeof privateOrder>>;

  before(async () => {
    network = await seededNetwork(76);
    dataset = await network.publish(syntheticCohort({ rows: 400, seed: 7 }), COHORT_TARGET);
    const draft = await figuresDraft(network, dataset, {
      params: { target: COHORT_TARGET, l2: 0.5, deep: { list: [1, 'two', true] } },
    });
    given = await network.live(() => privateOrder(network, dataset, draft));
  });
  after(() => network.stop());

  const submit = (submission: Submission) =>
    ask(
      network.member('researcher').node.ports.network,
      network.member('hospital').operator,
      'order.submit',
      submission,
    );
  /** The requester signs whatever it likes to have run; what it sends is its own word only. */
  const order = (parts: { manifest?: Uint8Array; grant?: Submission['grant'] }, signed = {}) =>
    handmadeOrder(
      network.member('researcher').node.ports,
      {
        manifest: parts.manifest ?? given.manifest,
        channel: given.submission.channel,
        grant: parts.grant ?? given.grant,
      },
      signed,
    );

  it('binds every field of the manifest: with any of them changed its grant covers no order', async () => {
    const changes = changesOf(decodeNode(given.manifest));
    assert.ok(changes.length >= 90, `${changes.length} changes`);
    const named = new Set(changes.map(({ at }) => at.split(/[.[]/)[1]));
    for (const key of Object.keys(decodeNode(given.manifest) as object)) assert.ok(named.has(key), key);
    for (const { at, value } of changes) {
      const attempt = order({ manifest: encodeNode(value) }).then(submit);
      await assert.rejects(attempt, { code: /^K_(NOT_AUTHORISED|BAD_MANIFEST)$/ }, at);
    }
  });

  it('binds every field of the grant: with any of them changed the owner did not sign it', async () => {
    const { message, signature } = given.grant;
    const fields = Object.entries(message) as [keyof Grant, unknown][];
    for (const [field, value] of fields) {
      // What is longer than its type is no grant at all.
      for (const other of leafChanges(value).filter(each => `${each}`.length <= `${value}`.length)) {
        const grant = { message: { ...message, [field]: other }, signature };
        await assert.rejects(order({ grant }).then(submit), KoinonError, field);
      }
    }
  });

  it('is for one requester, one node, one auditor, one price', async () => {
    const ports = network.member('researcher').node.ports;
    for (const signed of [
      { requester: network.member('birch').operator },
      { provider: network.member('alder').operator },
      { auditor: network.member('alder').operator },
      { maxAmount: given.grant.message.amount - 1n },
      { grant: statementDigest('Grant', { ...given.grant.message, uses: 2 }, ports.deployment) },
      { auditRatePpm: 999_999 },
      { replicas: 2 },
    ]) {
      await assert.rejects(order({}, signed).then(submit), KoinonError, Object.keys(signed)[0]);
    }
  });

  it('is not stretched by the number of a use, nor by that of another grant', async () => {
    const other = await privateOrder(network, dataset, await figuresDraft(network, dataset));
    const attempts = [
      // Its seed is not drawn from this grant.
      order({ manifest: other.manifest }),
      order({ grant: other.grant }),
      order({ manifest: changed(given.manifest, { seed: new Uint8Array(32).fill(1) }) }),
      order({ manifest: changed(given.manifest, { timeMs: 1 }) }),
    ];
    for (const attempt of attempts) await assert.rejects(attempt.then(submit), { code: 'K_NOT_AUTHORISED' });
  });

  it('runs as it is, once, after all of this, and charged nothing before', async () => {
    const ledger = network.member('hospital').node.port('custody').ledger;
    assert.deepEqual(ledger.list(dataset.id), []);
    const ports = network.member('researcher').node.ports;
    assert.equal((await ordered(ports, given.submission)).state, 'sealed');
    assert.deepEqual(
      ledger.list(dataset.id).map(({ bits }) => BigInt(bits)),
      [given.grant.message.bits],
    );
    await assert.rejects(order({}).then(submit), { code: 'K_NOT_AUTHORISED' });
  });
});
