import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryChain } from '@koinon/chain/twin';
import { statementDigest, ZERO_32, ZERO_ADDRESS } from '@koinon/protocol';
import fc from 'fast-check';
import { missChance } from '../report/missChance.ts';
import { zOf } from '../report/score.ts';
import { fastDigests } from './digests.ts';
import { execute } from './program.ts';
import { random } from './random.ts';
import { schedule } from './schedule.ts';
import { cheapSignatures, realSignatures } from './signatures.ts';

test('deeds happen in the order of their time, and of their planning within it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), async times => {
      const clock = schedule(0);
      const done: Array<[number, number]> = [];
      for (const [i, time] of times.entries()) clock.at(time, () => void done.push([time, i]));
      await clock.run(100);
      const expected = times.map((time, i) => [time, i] as const).sort(([a, i], [b, j]) => a - b || i - j);
      assert.deepEqual(done, expected);
      assert.equal(clock.now(), 100);
    }),
  );
});

test('a stream repeats with its seed, and forks do not move it', () => {
  const draw = (seed: string) => {
    const stream = random(seed);
    stream.fork('other').next();
    return Array.from({ length: 20 }, () => stream.next());
  };
  assert.deepEqual(draw('a'), draw('a'));
  assert.notDeepEqual(draw('a'), draw('b'));
  assert.ok(draw('a').every(x => x >= 0 && x < 1));
});

test('the fast digests are those of the protocol', () => {
  const { deployment } = memoryChain();
  const digest = fastDigests(deployment);
  const report = {
    receipt: `0x${'12'.repeat(32)}`,
    auditor: `0x${'ab'.repeat(20)}`,
    execution: ZERO_32,
    verdict: 2,
    draw: ZERO_32,
    logIndex: 7n,
    anchorBy: 1_700_000_000n,
  } as const;
  assert.equal(digest('AuditReport', report), statementDigest('AuditReport', report, deployment));
  const order = {
    manifest: ZERO_32,
    requester: ZERO_ADDRESS,
    provider: ZERO_ADDRESS,
    grant: ZERO_32,
    channel: ZERO_32,
    token: ZERO_ADDRESS,
    maxAmount: 10n ** 30n,
    assurance: 2,
    replicas: 1,
    auditRatePpm: 20_000,
    auditAmount: 5n,
    comparator: ZERO_32,
    auditor: ZERO_ADDRESS,
    expiresAt: 9n,
    nonce: `0x${'ff'.repeat(32)}`,
  } as const;
  assert.equal(digest('Order', order), statementDigest('Order', order, deployment));
});

test('a signature is its signer’s alone, cheap or real', async () => {
  for (const make of [cheapSignatures, realSignatures]) {
    const signatures = make('seed');
    const [a, b] = [signatures.signer('a'), signatures.signer('b')];
    const signature = await a.signDigest(ZERO_32);
    assert.ok(await signatures.check(ZERO_32, signature, a.address));
    assert.ok(!(await signatures.check(ZERO_32, signature, b.address)));
    assert.ok(!(await signatures.check(`0x${'01'.repeat(32)}`, signature, a.address)));
  }
});

test('a manifest names one execution', () => {
  const manifest = `0x${'34'.repeat(32)}` as const;
  assert.deepEqual(execute(manifest), execute(manifest));
  assert.notEqual(execute(manifest).opening.trace, execute(ZERO_32).opening.trace);
});

test('the chance of friends to be the only ones drawn is near their share, and splitting a stake changes little', () => {
  const others = Array.from({ length: 40 }, () => 1_000n);
  const friends = Array.from({ length: 10 }, () => 1_000n);
  const chance = missChance(others, friends, 50_000n);
  assert.ok(chance > 0.1 && chance < 0.2, String(chance));
  const split = Array.from({ length: 40 }, () => 250n);
  assert.ok(Math.abs(missChance(others, split, 50_000n) - chance) < 0.01);
  assert.equal(missChance(others, [], 50_000n), 0);
  assert.ok(Math.abs(missChance([], friends, 50_000n) - 1) < 1e-9);
});

test('z tells a rate that is as predicted from one that is not', () => {
  const stream = random('z');
  const trials = (p: number, predicted: number) =>
    Array.from({ length: 2_000 }, () => ({
      kind: 'k',
      node: ZERO_ADDRESS,
      at: 0,
      predicted,
      caught: stream.chance(p),
    }));
  assert.ok(Math.abs(zOf(trials(0.1, 0.1))) < 4);
  assert.ok(zOf(trials(0.05, 0.1)) < -4);
  assert.equal(zOf(trials(1, 1)), 0);
  assert.equal(zOf(trials(0.99, 1)), Number.POSITIVE_INFINITY);
});
