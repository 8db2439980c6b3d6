import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hex } from '@koinon/protocol';
import fc from 'fast-check';
import { type Admission, PeerLimiter, TokenBucket } from './limiter.ts';

const peer = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;

function limiter(overrides = {}) {
  const clock = { nowMs: 0 };
  const options = {
    perSecond: 10,
    burst: 5,
    bytesPerSecond: 1000,
    bytesBurst: 2000,
    concurrentPerPeer: 100,
    concurrentTotal: 1000,
    now: () => clock.nowMs,
    ...overrides,
  };
  return { clock, limiter: new PeerLimiter(options) };
}

function admitted(admission: Admission): () => void {
  assert.ok(admission.admitted);
  return admission.release;
}

test('a peer may burst, then goes on at the rate', () => {
  const { clock, limiter: limits } = limiter();
  for (let i = 0; i < 5; i++) admitted(limits.admit(peer(1), 1))();
  assert.deepEqual(limits.admit(peer(1), 1), { admitted: false, retryAfterMs: 100 });
  clock.nowMs = 99;
  assert.ok(!limits.admit(peer(1), 1).admitted);
  clock.nowMs = 100;
  admitted(limits.admit(peer(1), 1))();
  assert.ok(!limits.admit(peer(1), 1).admitted);
});

test('one peer’s flood costs another nothing', () => {
  const { limiter: limits } = limiter();
  for (let i = 0; i < 50; i++) limits.admit(peer(1), 100);
  admitted(limits.admit(peer(2), 100));
});

test('bytes are limited as well as events, and what is larger than the burst passes when it is full', () => {
  const { clock, limiter: limits } = limiter();
  admitted(limits.admit(peer(1), 5000))();
  assert.deepEqual(limits.admit(peer(1), 500), { admitted: false, retryAfterMs: 500 });
  clock.nowMs = 500;
  admitted(limits.admit(peer(1), 500))();
});

test('a place is held until it is released, and released once', () => {
  const { limiter: limits } = limiter({ concurrentPerPeer: 2, concurrentTotal: 3 });
  const first = admitted(limits.admit(peer(1), 1));
  admitted(limits.admit(peer(1), 1));
  assert.ok(!limits.admit(peer(1), 1).admitted);
  first();
  first();
  admitted(limits.admit(peer(1), 1));
  assert.ok(!limits.admit(peer(1), 1).admitted);
  admitted(limits.admit(peer(2), 1));
  assert.ok(!limits.admit(peer(3), 1).admitted, 'the total is reached');
});

test('strangers without number are forgotten, those who owe are not', () => {
  const { clock, limiter: limits } = limiter();
  for (let i = 1; i <= 10_000; i++) {
    admitted(limits.admit(peer(i), 1))();
    clock.nowMs += 200;
  }
  assert.ok(limits.size < 5000, `${limits.size} remembered`);
  for (let i = 0; i < 5; i++) admitted(limits.admit(peer(0), 1))();
  for (let i = 10_001; i <= 30_000; i++) admitted(limits.admit(peer(i), 1))();
  assert.ok(!limits.admit(peer(0), 1).admitted);
});

test('a bucket never gives more than burst plus rate times time, whatever the calls and clock', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -5, max: 400 }), fc.integer({ min: 1, max: 7 }))),
      calls => {
        const bucket = new TokenBucket(10, 20, 0);
        let nowMs = 0;
        let maxMs = 0;
        let given = 0;
        for (const [stepMs, count] of calls) {
          nowMs += stepMs;
          maxMs = Math.max(maxMs, nowMs);
          const missingMs = bucket.take(count, nowMs);
          if (missingMs === 0) given += count;
          assert.ok(given <= 20 + (maxMs / 1000) * 10 + 1e-6);
        }
      },
    ),
  );
});

test('the wait a bucket names is enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (first, second) => {
      const bucket = new TokenBucket(7, 20, 0);
      bucket.take(first, 0);
      const missingMs = bucket.take(second, 0);
      if (missingMs > 0) assert.equal(bucket.take(second, missingMs), 0);
    }),
  );
});
