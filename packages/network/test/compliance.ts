import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  cidOfBytes,
  cidOfNode,
  encodeNode,
  type Hex,
  KoinonError,
  MESSAGE_MAX_BYTES,
  toHex,
} from '@koinon/protocol';
import type { Network, Tap } from '../src/index.ts';
import { partsOf, patternBytes, sourceOf } from './blobs.ts';

/** Something that makes nodes which can reach each other. */
export interface World {
  /** A started node with the n-th test key, known to the others. */
  join(keyNumber: number, options?: { tap?: Tap }): Promise<Network>;
  close(): Promise<void>;
}

export const testKey = (keyNumber: number): Hex => `0x${keyNumber.toString(16).padStart(64, '0')}`;

export const hasCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof KoinonError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

/** What any `Network` must do, whatever carries it. */
export function testCompliance(name: string, createWorld: () => Promise<World>): void {
  describe(`a network ${name}`, () => {
    let world: World;
    let alice: Network;
    let bob: Network;
    const sent: { text: string; to: Hex }[] = [];

    before(async () => {
      world = await createWorld();
      alice = await world.join(1);
      bob = await world.join(2, {
        tap: (bytes, to) => sent.push({ text: Buffer.from(bytes).toString('latin1'), to }),
      });
      bob.handle('echo', async (payload, from) => ({ payload, from }));
      bob.handle('nothing', async () => undefined);
    });
    after(() => world.close());

    test('answers a request and proves who asked', async () => {
      const payload = {
        text: 'κοινόν',
        bytes: Uint8Array.of(0, 255),
        list: [1, -1, 0.5, null, true],
        amount: 7n,
      };
      assert.deepEqual(await alice.request(bob.operator, 'echo', payload), {
        payload: { ...payload, amount: '7' },
        from: alice.operator,
      });
    });

    test('takes an address in any case', async () => {
      const shouted = `0x${bob.operator.slice(2).toUpperCase()}` as Hex;
      assert.deepEqual(await alice.request(shouted, 'echo', 1), { payload: 1, from: alice.operator });
    });

    test('carries the absence of a payload and of an answer', async () => {
      assert.deepEqual(await alice.request(bob.operator, 'echo', undefined), { from: alice.operator });
      assert.equal(await alice.request(bob.operator, 'nothing', {}), undefined);
    });

    test('has many requests in flight and answers each as it is ready', async () => {
      const gates = new Map<unknown, () => void>();
      bob.handle('wait', payload => new Promise(resolve => gates.set(payload, () => resolve(payload))));
      const answers: unknown[] = [];
      const calls = [1, 2, 3].map(async i => answers.push(await alice.request(bob.operator, 'wait', i)));
      await alice.request(bob.operator, 'echo', 'they have all arrived');
      for (const i of [3, 1, 2]) {
        gates.get(i)?.();
        await alice.request(bob.operator, 'echo', 'the answer is back');
      }
      await Promise.all(calls);
      assert.deepEqual(answers, [3, 1, 2]);
    });

    test('works both ways over what is open', async () => {
      alice.handle('name', async () => 'alice');
      assert.equal(await bob.request(alice.operator, 'name', null), 'alice');
    });

    test('carries an error with code, message, data and next, and says who answered', async () => {
      bob.handle('refuse', async () => {
        throw new KoinonError({
          code: 'K_GRANT_EXPIRED',
          message: 'The grant ended.',
          fault: 'user',
          data: { until: 5n },
          next: 'Ask for a new one.',
        });
      });
      await assert.rejects(alice.request(bob.operator, 'refuse', {}), error => {
        assert.ok(error instanceof KoinonError);
        assert.deepEqual(error.toJSON(), {
          code: 'K_GRANT_EXPIRED',
          message: 'The grant ended.',
          fault: 'user',
          data: { until: '5', remote: { operator: bob.operator, fault: 'user' } },
          next: 'Ask for a new one.',
        });
        return true;
      });
    });

    test('says nothing of an unforeseen failure but that it happened', async () => {
      bob.handle('explode', async () => {
        throw new TypeError('secret path /home/bob/rows.csv');
      });
      await assert.rejects(alice.request(bob.operator, 'explode', {}), error => {
        assert.ok(hasCode('K_PEER_FAILED')(error));
        assert.ok(!JSON.stringify(error).includes('secret'));
        assert.equal((error as KoinonError).fault, 'peer');
        return true;
      });
      assert.ok(!sent.some(({ text }) => text.includes('secret')));
    });

    test('refuses an unknown method and a second handler for one', async () => {
      await assert.rejects(alice.request(bob.operator, 'no/such', {}), hasCode('K_METHOD_UNKNOWN'));
      assert.throws(() => bob.handle('echo', async () => 0), hasCode('K_METHOD_TAKEN'));
    });

    test('refuses an unknown node, itself and what is no address', async () => {
      await assert.rejects(alice.request(`0x${'99'.repeat(20)}`, 'echo', 1), hasCode('K_PEER_UNKNOWN'));
      await assert.rejects(alice.request(alice.operator, 'echo', 1), hasCode('K_PEER_UNKNOWN'));
      await assert.rejects(alice.request('0x12', 'echo', 1), hasCode('K_PEER_UNKNOWN'));
    });

    test('refuses a payload over the message limit before sending, and an answer over it', async () => {
      const large = new Uint8Array(MESSAGE_MAX_BYTES);
      await assert.rejects(alice.request(bob.operator, 'echo', large), hasCode('K_MESSAGE_TOO_LARGE'));
      bob.handle('large', async () => large);
      await assert.rejects(alice.request(bob.operator, 'large', 1), hasCode('K_ANSWER_TOO_LARGE'));
      const fits = large.subarray(100);
      assert.equal(
        ((await alice.request(bob.operator, 'echo', fits)) as { payload: Uint8Array }).payload.length,
        fits.length,
      );
    });

    test('gives up on a cancelled call and keeps the stream for others', async () => {
      bob.handle('never', () => new Promise(() => {}));
      const controller = new AbortController();
      const call = alice.request(bob.operator, 'never', 1, { signal: controller.signal });
      await alice.request(bob.operator, 'echo', 'it arrived');
      controller.abort();
      await assert.rejects(call, hasCode('K_CANCELLED'));
      await assert.rejects(
        alice.request(bob.operator, 'echo', 1, { signal: controller.signal }),
        hasCode('K_CANCELLED'),
      );
      assert.deepEqual(await alice.request(bob.operator, 'echo', 2), { payload: 2, from: alice.operator });
    });

    test('fetches blobs of every shape, verified, with progress', async () => {
      const blobs = [0, 1, 1 << 20, (1 << 20) + 1, (13 << 20) + 3].map(size => patternBytes(size));
      const node = { koinon: 'manifest/2', n: 1 };
      const parts = partsOf(...blobs);
      parts.set(cidOfNode(node), encodeNode(node));
      bob.serveBlobs(sourceOf(parts));
      for (const blob of blobs) {
        const progress: number[] = [];
        const got = await alice.fetchBlob(bob.operator, cidOfBytes(blob), {
          maxBytes: blob.length,
          onProgress: received => progress.push(received),
        });
        assert.ok(Buffer.from(got).equals(blob));
        assert.equal(progress.at(-1), blob.length);
        assert.equal(progress.length, Math.max(1, Math.ceil(blob.length / (1 << 20))));
      }
      const structure = await alice.fetchBlob(bob.operator, cidOfNode(node), { maxBytes: 1000 });
      assert.equal(toHex(structure), toHex(encodeNode(node)));
    });

    test('fetches several blobs at the same time', async () => {
      const blobs = Array.from({ length: 7 }, (_, i) => patternBytes((1 << 20) + 100 * i, i + 1));
      bob.serveBlobs(sourceOf(partsOf(...blobs)));
      const got = await Promise.all(
        blobs.map(blob => alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes: 2 << 20 })),
      );
      for (const [i, blob] of blobs.entries()) assert.ok(Buffer.from(got[i]!).equals(blob));
    });

    test('tells the source who asks, and the asker not whether a blob exists', async () => {
      const blob = patternBytes(100);
      const asked: Hex[] = [];
      bob.serveBlobs({
        part: async (_cid, forPeer) => {
          asked.push(forPeer);
          return undefined;
        },
      });
      await assert.rejects(
        alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes: 100 }),
        hasCode('K_BLOB_MISSING'),
      );
      assert.deepEqual(asked, [alice.operator]);
      bob.serveBlobs({
        part: async () => {
          throw new Error('disk on fire');
        },
      });
      await assert.rejects(
        alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes: 100 }),
        hasCode('K_BLOB_MISSING'),
      );
    });

    test('refuses a blob that declares more than the caller takes, without asking for its chunks', async () => {
      const small = patternBytes(1000);
      const large = patternBytes(3 << 20);
      const parts = partsOf(small, large);
      const asked: string[] = [];
      bob.serveBlobs({
        part: async cid => {
          asked.push(cid);
          return parts.get(cid);
        },
      });
      for (const [blob, maxBytes] of [
        [small, 999],
        [large, (3 << 20) - 1],
      ] as const) {
        const fetching = alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes });
        await assert.rejects(fetching, hasCode('K_BLOB_TOO_LARGE'));
      }
      assert.deepEqual(asked, [cidOfBytes(small), cidOfBytes(large)]);
    });

    test('accepts no chunk but the named one, and nothing of the blob around it', async () => {
      const blob = patternBytes(5 << 20);
      const parts = partsOf(blob);
      const lying = (change: (chunk: Uint8Array) => Uint8Array) => ({
        part: async (cid: string) => {
          const part = parts.get(cid);
          return cid === cidOfBytes(blob.subarray(3 << 20, 4 << 20)) ? change(part!) : part;
        },
      });
      const flip = (chunk: Uint8Array) => chunk.with(123_456, chunk[123_456]! ^ 1);
      const shorten = (chunk: Uint8Array) => chunk.subarray(1);
      for (const change of [flip, shorten]) {
        bob.serveBlobs(lying(change));
        const progress: number[] = [];
        const fetching = alice.fetchBlob(bob.operator, cidOfBytes(blob), {
          maxBytes: 5 << 20,
          onProgress: received => progress.push(received),
        });
        await assert.rejects(fetching, hasCode('K_BLOB_CORRUPT'));
        assert.equal(progress.at(-1), 3 << 20);
      }
      bob.serveBlobs(sourceOf(parts));
      const got = await alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes: 5 << 20 });
      assert.ok(Buffer.from(got).equals(blob));
    });

    test('refuses another list than the named one', async () => {
      const blob = patternBytes(2 << 20);
      const parts = partsOf(blob);
      const other = partsOf(patternBytes(2 << 20, 9))
        .values()
        .next().value!;
      parts.set(cidOfBytes(blob), other);
      bob.serveBlobs(sourceOf(parts));
      const fetching = alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes: 2 << 20 });
      await assert.rejects(fetching, hasCode('K_BLOB_CORRUPT'));
    });

    test('shows the tap every payload it sends, answers and blobs included', async () => {
      sent.length = 0;
      const blob = new TextEncoder().encode('the canary cell 271828');
      bob.serveBlobs(sourceOf(partsOf(blob)));
      await alice.request(bob.operator, 'echo', 'the canary answer');
      await alice.fetchBlob(bob.operator, cidOfBytes(blob), { maxBytes: 100 });
      await bob.request(alice.operator, 'name', 'the canary question');
      for (const canary of ['the canary answer', 'the canary cell 271828', 'the canary question']) {
        assert.ok(
          sent.some(({ text, to }) => text.includes(canary) && to === alice.operator),
          canary,
        );
      }
    });

    test('finds who provides a blob', async () => {
      const cid = cidOfBytes(patternBytes(77));
      await bob.provide(cid);
      const found: Hex[] = [];
      for await (const provider of alice.findProviders(cid)) found.push(provider);
      assert.deepEqual(found, [bob.operator]);
      for await (const provider of alice.findProviders(cidOfBytes(patternBytes(78)))) assert.fail(provider);
    });

    test('lists its peers', () => {
      assert.deepEqual(
        alice.peers().map(({ operator }) => operator),
        [bob.operator],
      );
    });

    test('fails a request under way when the other node stops, and reaches it again when it is back', async () => {
      const carol = await world.join(3);
      carol.handle('hang', () => new Promise(() => {}));
      let arrived = () => {};
      const arrival = new Promise<void>(resolve => {
        arrived = resolve;
      });
      carol.handle('ping', async () => 'carol');
      carol.handle('mark', async () => arrived());
      const hanging = alice.request(carol.operator, 'hang', 1);
      await alice.request(carol.operator, 'mark', 1);
      await arrival;
      const lost = assert.rejects(hanging, error => {
        assert.ok(hasCode('K_PEER_UNREACHABLE')(error));
        assert.equal((error as KoinonError).data['sent'], true);
        return true;
      });
      await carol.stop();
      await lost;
      await assert.rejects(alice.request(carol.operator, 'ping', 1), error => {
        assert.ok(hasCode('K_PEER_UNREACHABLE')(error));
        assert.equal((error as KoinonError).data['sent'], false);
        return true;
      });
      const again = await world.join(3);
      again.handle('ping', async () => 'carol again');
      assert.equal(await alice.request(carol.operator, 'ping', 1), 'carol again');
    });

    test('does nothing once stopped', async () => {
      const dave = await world.join(4);
      await dave.stop();
      await assert.rejects(dave.request(bob.operator, 'echo', 1), hasCode('K_NETWORK_STOPPED'));
      await assert.rejects(
        dave.fetchBlob(bob.operator, cidOfNode(1), { maxBytes: 1 }),
        hasCode('K_NETWORK_STOPPED'),
      );
      await dave.stop();
    });
  });
}
