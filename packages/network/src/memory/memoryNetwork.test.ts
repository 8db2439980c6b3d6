import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cidOfBytes, type Hex } from '@koinon/protocol';
import { partsOf, patternBytes, sourceOf } from '../../test/blobs.ts';
import { hasCode, testCompliance, testKey } from '../../test/compliance.ts';
import { manualClock } from '../../test/manualClock.ts';
import { operatorOfKey } from '../identity.ts';
import { memoryNetwork } from './memoryNetwork.ts';

for (const latency of [0, { minMs: 1, maxMs: 80 }]) {
  testCompliance(`in memory, latency ${JSON.stringify(latency)}`, async () => {
    const hub = memoryNetwork({ seed: 7, latency });
    return {
      async join(keyNumber, options) {
        const privateKey = testKey(keyNumber);
        const network = hub.join(operatorOfKey(privateKey), { privateKey, ...options });
        await network.start();
        return network;
      },
      close: async () => {},
    };
  });
}

const operatorA: Hex = `0x${'aa'.repeat(20)}`;
const operatorB: Hex = `0x${'bb'.repeat(20)}`;
const operatorC: Hex = `0x${'cc'.repeat(20)}`;

describe('the hub in memory', () => {
  test('gives the same run for the same seed and another for another', async () => {
    const run = async (seed: number) => {
      const hub = memoryNetwork({ seed, lossRate: 0.2, latency: { minMs: 1, maxMs: 50 } });
      const [a, b] = [hub.join(operatorA), hub.join(operatorB)];
      await Promise.all([a.start(), b.start()]);
      b.handle('echo', async payload => payload);
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          a.request(operatorB, 'echo', i).catch(error => (error as { code: string }).code),
        ),
      );
      await hub.idle();
      return { outcomes, sent: hub.sent, endMs: hub.now() };
    };
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(
      (await run(2)).sent.length === first.sent.length && (await run(2)).endMs,
      first.endMs,
    );
    assert.ok(first.outcomes.includes('K_PEER_UNREACHABLE'));
  });

  test('lets a lost answer look like any lost connection: the handler ran, the caller does not know', async () => {
    const hub = memoryNetwork({ seed: 1 });
    const [a, b] = [hub.join(operatorA), hub.join(operatorB)];
    await Promise.all([a.start(), b.start()]);
    let runs = 0;
    b.handle('count', async () => {
      hub.setLossRate(1);
      return ++runs;
    });
    await assert.rejects(a.request(operatorB, 'count', null), hasCode('K_PEER_UNREACHABLE'));
    assert.equal(runs, 1);
    hub.setLossRate(0);
    b.handle('total', async () => runs);
    assert.equal(await a.request(operatorB, 'total', null), 1);
  });

  test('cuts and heals a partition', async () => {
    const hub = memoryNetwork({ seed: 1 });
    const [a, b, c] = [hub.join(operatorA), hub.join(operatorB), hub.join(operatorC)];
    await Promise.all([a.start(), b.start(), c.start()]);
    for (const node of [b, c]) node.handle('echo', async payload => payload);
    b.handle('hang', () => new Promise(() => {}));
    const hanging = assert.rejects(a.request(operatorB, 'hang', 1), hasCode('K_PEER_UNREACHABLE'));
    await hub.idle();
    hub.partition([[operatorA, operatorC], [operatorB]]);
    await hanging;
    await assert.rejects(a.request(operatorB, 'echo', 1), hasCode('K_PEER_UNREACHABLE'));
    assert.equal(await a.request(operatorC, 'echo', 1), 1);
    hub.heal();
    assert.equal(await a.request(operatorB, 'echo', 1), 1);
  });

  test('kills a node and takes its successor', async () => {
    const hub = memoryNetwork({ seed: 1 });
    const [a, b] = [hub.join(operatorA), hub.join(operatorB)];
    await Promise.all([a.start(), b.start()]);
    b.handle('die', async () => {
      hub.crash(operatorB);
      return 'too late';
    });
    await assert.rejects(a.request(operatorB, 'die', 1), hasCode('K_PEER_UNREACHABLE'));
    await assert.rejects(a.request(operatorB, 'die', 1), hasCode('K_PEER_UNREACHABLE'));
    await assert.rejects(b.request(operatorA, 'die', 1), hasCode('K_NETWORK_STOPPED'));
    const successor = hub.join(operatorB);
    successor.handle('die', async () => 'alive');
    await successor.start();
    assert.equal(await a.request(operatorB, 'die', 1), 'alive');
  });

  test('keeps every byte sent, lost ones too', async () => {
    const hub = memoryNetwork({ seed: 1 });
    const [a, b] = [hub.join(operatorA), hub.join(operatorB)];
    await Promise.all([a.start(), b.start()]);
    const blob = new TextEncoder().encode('canary blob');
    b.serveBlobs(sourceOf(partsOf(blob)));
    await a.fetchBlob(operatorB, cidOfBytes(blob), { maxBytes: 100 });
    hub.setLossRate(1);
    await assert.rejects(a.request(operatorB, 'x', 'canary request'), hasCode('K_PEER_UNREACHABLE'));
    const texts = hub.sent.map(({ from, bytes }) => `${from} ${Buffer.from(bytes).toString('latin1')}`);
    assert.ok(texts.some(text => text.startsWith(operatorB) && text.includes('canary blob')));
    assert.ok(texts.some(text => text.startsWith(operatorA) && text.includes('canary request')));
  });

  test('waits for the clock handed in, for delivery and for time-outs', async () => {
    const clock = manualClock();
    const hub = memoryNetwork({ seed: 1, latency: 10, clock });
    const [a, b] = [hub.join(operatorA), hub.join(operatorB)];
    await Promise.all([a.start(), b.start()]);
    b.handle('hang', () => new Promise(() => {}));
    b.handle('echo', async payload => payload);
    const turn = () => new Promise(resolve => setImmediate(resolve));
    let answer: unknown;
    const echo = a.request(operatorB, 'echo', 5).then(value => {
      answer = value;
    });
    await turn();
    clock.advance(10);
    await turn();
    assert.equal(answer, undefined);
    clock.advance(10);
    await echo;
    assert.equal(answer, 5);
    const hanging = a.request(operatorB, 'hang', 1, { timeoutMs: 500 });
    await turn();
    clock.advance(500);
    await assert.rejects(hanging, hasCode('K_PEER_TIMEOUT'));
  });

  test('gives up on a blob whose next part does not come, and only then', async () => {
    const clock = manualClock();
    const hub = memoryNetwork({ seed: 1, clock });
    const [a, b] = [hub.join(operatorA), hub.join(operatorB)];
    await Promise.all([a.start(), b.start()]);
    const blob = patternBytes(3 << 20);
    const parts = partsOf(blob);
    const last = cidOfBytes(blob.subarray(2 << 20));
    b.serveBlobs({ part: async cid => (cid === last ? new Promise(() => {}) : parts.get(cid)) });
    const turn = async () => {
      for (let i = 0; i < 20; i++) {
        await new Promise(resolve => setImmediate(resolve));
        clock.advance(0);
      }
    };
    const progress: number[] = [];
    const fetching = a.fetchBlob(operatorB, cidOfBytes(blob), {
      maxBytes: 3 << 20,
      timeoutMs: 100,
      onProgress: received => progress.push(received),
    });
    const outcome = assert.rejects(fetching, hasCode('K_PEER_TIMEOUT'));
    await turn();
    assert.deepEqual(progress, [1 << 20, 2 << 20]);
    clock.advance(100);
    await outcome;
  });
});
