import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bigEndian32, concatBytes, encodeNode, KoinonError, MESSAGE_MAX_BYTES } from '@koinon/protocol';
import fc from 'fast-check';
import { hasCode } from '../../test/compliance.ts';
import { type ManualClock, manualClock } from '../../test/manualClock.ts';
import { pipePair } from '../../test/pipePair.ts';
import { PeerLimiter } from '../limiter.ts';
import { defaultLimits, type NetworkLimits } from '../limits.ts';
import type { RequestHandler } from '../network.ts';
import type { Pipe } from '../pipe.ts';
import { RpcClient } from './client.ts';
import { decodeResponse, encodeFrame, readFrame } from './frame.ts';
import { serveRpc } from './server.ts';

const peer = `0x${'ee'.repeat(20)}` as const;
const forever = new AbortController().signal;
const turn = () => new Promise(resolve => setImmediate(resolve));

function server(handlers: Record<string, RequestHandler>, overrides: Partial<NetworkLimits> = {}) {
  const limits = { ...defaultLimits, ...overrides };
  const clock: ManualClock = manualClock();
  const limiter = new PeerLimiter({
    perSecond: limits.requestsPerSecond,
    burst: limits.requestBurst,
    bytesPerSecond: limits.bytesPerSecond,
    bytesBurst: 2 * limits.bytesPerSecond,
    concurrentPerPeer: limits.concurrentPerPeer,
    concurrentTotal: limits.concurrentTotal,
    now: clock.nowMs,
  });
  const failures: unknown[] = [];
  const connect = (): { pipe: Pipe; served: Promise<void> } => {
    const [near, far] = pipePair();
    const served = serveRpc(far, peer, {
      handlers: new Map(Object.entries(handlers)),
      limiter,
      limits,
      clock,
      onFailure: error => failures.push(error),
    });
    return { pipe: near, served };
  };
  return { connect, clock, failures };
}

async function answerOf(pipe: Pipe) {
  const frame = await readFrame(pipe);
  assert.ok(frame);
  return { id: frame.id, ...decodeResponse(frame.body) };
}

describe('a node that serves requests', () => {
  test('closes the stream on an oversized frame without reading it', async () => {
    const { pipe, served } = server({}).connect();
    await pipe.write(concatBytes(bigEndian32(MESSAGE_MAX_BYTES + 1), bigEndian32(1)));
    await served;
    assert.ok(pipe.closed);
  });

  test('survives any bytes: it answers or closes, and lives on', async () => {
    const host = server({ echo: async payload => payload });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), async chunks => {
        const { pipe, served } = host.connect();
        for (const chunk of chunks) {
          if (!pipe.closed) await pipe.write(chunk).catch(() => {});
        }
        pipe.abort('done');
        await served;
      }),
      { numRuns: 300 },
    );
    const { pipe } = host.connect();
    const client = new RpcClient(pipe, peer);
    host.clock.advance(60_000);
    assert.equal(await client.request('echo', 'alive', forever), 'alive');
  });

  test('tells a peer over its rate so, does not run its requests, and serves it again later', async () => {
    let runs = 0;
    const host = server({ count: async () => ++runs }, { requestBurst: 3, requestsPerSecond: 1 });
    const client = new RpcClient(host.connect().pipe, peer);
    for (let i = 0; i < 3; i++) await client.request('count', null, forever);
    await assert.rejects(client.request('count', null, forever), error => {
      assert.ok(hasCode('K_RATE_LIMITED')(error));
      assert.equal((error as KoinonError).data['retryAfterMs'], 1000);
      return true;
    });
    assert.equal(runs, 3);
    host.clock.advance(1000);
    assert.equal(await client.request('count', null, forever), 4);
  });

  test('counts a peer’s streams together', async () => {
    const host = server({ count: async () => 1 }, { requestBurst: 2, requestsPerSecond: 1 });
    for (let i = 0; i < 2; i++)
      await new RpcClient(host.connect().pipe, peer).request('count', null, forever);
    const another = new RpcClient(host.connect().pipe, peer);
    await assert.rejects(another.request('count', null, forever), hasCode('K_RATE_LIMITED'));
  });

  test('limits bytes and not only requests', async () => {
    const host = server({ eat: async () => 1 }, { bytesPerSecond: 50_000 });
    const client = new RpcClient(host.connect().pipe, peer);
    await client.request('eat', new Uint8Array(99_000), forever);
    await assert.rejects(client.request('eat', new Uint8Array(99_000), forever), hasCode('K_RATE_LIMITED'));
  });

  test('closes the stream of a peer that keeps flooding', async () => {
    const host = server(
      { count: async () => 1 },
      { requestBurst: 1, requestsPerSecond: 1, refusalsBeforeClose: 5 },
    );
    const { pipe, served } = host.connect();
    for (let id = 1; id <= 7; id++) await pipe.write(encodeFrame(id, { method: 'count' })).catch(() => {});
    await served;
    assert.ok(pipe.closed);
  });

  test('holds few answers for a peer that reads none, and closes its stream in the end', async () => {
    let runs = 0;
    const host = server({ big: async () => new Uint8Array(900_000).fill(++runs) }, { concurrentPerPeer: 10 });
    const { pipe, served } = host.connect();
    for (let id = 1; id <= 30; id++) await pipe.write(encodeFrame(id, { method: 'big' }));
    for (let i = 0; i < 20; i++) await turn();
    assert.ok(runs <= 14, `${runs} answers were made for a peer that reads none`);
    assert.equal((await answerOf(pipe)).id, 1);
    host.clock.advance(60_000);
    await served;
    assert.ok(pipe.closed);
  });

  test('runs no more at once than it allows, and keeps the place of a handler that hangs', async () => {
    const releases: (() => void)[] = [];
    const host = server(
      { hang: () => new Promise(resolve => releases.push(() => resolve('done'))) },
      { concurrentPerPeer: 2, handlerTimeoutMs: 1000 },
    );
    const client = new RpcClient(host.connect().pipe, peer);
    const hanging = [1, 2].map(() =>
      assert.rejects(client.request('hang', 1, forever), hasCode('K_PEER_TIMEOUT')),
    );
    await turn();
    await assert.rejects(client.request('hang', 1, forever), hasCode('K_RATE_LIMITED'));
    host.clock.advance(1000);
    await Promise.all(hanging);
    await assert.rejects(client.request('hang', 1, forever), hasCode('K_RATE_LIMITED'));
    releases[0]?.();
    await turn();
    const third = client.request('hang', 1, forever);
    await turn();
    releases[2]?.();
    assert.equal(await third, 'done');
  });

  test('answers though the result or the error cannot be encoded', async () => {
    const host = server({
      strange: async () => ({ f: () => 1 }),
      broken: async () => {
        throw new KoinonError({ code: 'K_X', message: 'said', fault: 'user', data: { f: () => 1 } });
      },
    });
    const client = new RpcClient(host.connect().pipe, peer);
    await assert.rejects(client.request('strange', 1, forever), hasCode('K_PEER_FAILED'));
    await assert.rejects(client.request('broken', 1, forever), hasCode('K_X'));
    assert.equal(host.failures.length, 2);
  });
});

describe('a node that asks', () => {
  async function asked(answer: (id: number) => Uint8Array) {
    const [near, far] = pipePair();
    const client = new RpcClient(near, peer);
    const call = client.request('echo', 1, forever);
    const frame = await readFrame(far);
    await far.write(answer(frame!.id));
    return { call, client, far };
  }

  test('takes no answer to what it did not ask', async () => {
    for (const id of [0, 2, 0xffffffff]) {
      const { call, far } = await asked(() => encodeFrame(id, { body: 1 }));
      await assert.rejects(call, hasCode('K_PEER_MISBEHAVED'));
      assert.ok(far.closed);
    }
  });

  test('takes no oversized and no malformed answer', async () => {
    const body = encodeNode({ body: 1, error: 2 });
    for (const bytes of [
      concatBytes(bigEndian32(0xffffffff), bigEndian32(1)),
      concatBytes(bigEndian32(body.length), bigEndian32(1), body),
    ]) {
      const { call, far } = await asked(() => bytes);
      await assert.rejects(call, hasCode('K_PEER_MISBEHAVED'));
      assert.ok(far.closed);
    }
  });

  test('ignores a second answer and one that comes too late', async () => {
    const { call, client, far } = await asked(id =>
      concatBytes(encodeFrame(id, { body: 'a' }), encodeFrame(id, { body: 'b' })),
    );
    assert.equal(await call, 'a');
    const controller = new AbortController();
    const late = client.request('echo', 2, controller.signal);
    late.catch(() => {});
    controller.abort();
    const frame = await readFrame(far);
    await far.write(encodeFrame(frame!.id, { body: 'late' }));
    const next = client.request('echo', 3, forever);
    await far.write(encodeFrame((await readFrame(far))!.id, { body: 'fine' }));
    assert.equal(await next, 'fine');
  });
});
