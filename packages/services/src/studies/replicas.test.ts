import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@koinon/protocol';
import { Replicas } from './replicas.ts';

const files = (text: string) => new Map([['metrics.json', utf8.encode(text)]]);
const right = files('{"accuracy":0.9}');
const near = files('{"accuracy":0.905}');
const wrong = files('{"accuracy":0.1}');

const codes = async (replicas: Replicas, delivered: (Map<string, Uint8Array> | undefined)[]) => {
  const outcomes = await Promise.allSettled(
    delivered.map(async (outputs, i) => {
      if (outputs) return replicas.deliver(i, outputs);
      replicas.absent(i);
      return undefined;
    }),
  );
  return outcomes.map(outcome => (outcome.status === 'fulfilled' ? 'paid' : outcome.reason.code));
};

test('who is with the majority is paid, and nobody before all are here', async () => {
  const replicas = new Replicas(3, { kind: 'bytes' });
  let isPaid = false;
  const first = replicas.deliver(0, right).then(() => {
    isPaid = true;
  });
  const second = replicas.deliver(1, right);
  await Promise.resolve();
  assert.equal(isPaid, false);
  await assert.rejects(replicas.deliver(2, wrong), { code: 'K_REPLICA_DIFFERS' });
  await Promise.all([first, second]);
  assert.deepEqual(replicas.verdict().majority, [0, 1]);
});

test('without a majority nobody is paid, and what differs is said', async () => {
  const split = new Replicas(2, { kind: 'bytes' });
  assert.deepEqual(await codes(split, [right, wrong]), ['K_REPLICAS_DISAGREE', 'K_REPLICAS_DISAGREE']);
  assert.match(split.verdict().difference, /metrics\.json/);
});

test('a provider that never delivers counts against a majority, and holds nobody up', async () => {
  assert.deepEqual(await codes(new Replicas(3, { kind: 'bytes' }), [right, undefined, right]), [
    'paid',
    'paid',
    'paid',
  ]);
  assert.deepEqual(await codes(new Replicas(2, { kind: 'bytes' }), [right, undefined]), [
    'K_REPLICAS_DISAGREE',
    'paid',
  ]);
});

test('the comparator of the order decides what is the same', async () => {
  const metric = { kind: 'metric', path: 'accuracy', delta: 0.01 } as const;
  assert.deepEqual(await codes(new Replicas(2, metric), [right, near]), ['paid', 'paid']);
  assert.deepEqual(await codes(new Replicas(2, metric), [right, wrong]), [
    'K_REPLICAS_DISAGREE',
    'K_REPLICAS_DISAGREE',
  ]);
  assert.deepEqual(await codes(new Replicas(2, { kind: 'bytes' }), [right, near]), [
    'K_REPLICAS_DISAGREE',
    'K_REPLICAS_DISAGREE',
  ]);
});
