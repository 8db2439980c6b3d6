import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bigEndian32,
  chunkListOf,
  cidOfBlob,
  cidOfBytes,
  cidOfNode,
  concatBytes,
  encodeNode,
  sha256,
} from '@koinon/protocol';
import fc from 'fast-check';
import { partsOf, patternBytes, sourceOf } from '../../test/blobs.ts';
import { hasCode } from '../../test/compliance.ts';
import { manualClock } from '../../test/manualClock.ts';
import { pipePair } from '../../test/pipePair.ts';
import { PeerLimiter } from '../limiter.ts';
import { fetchFrom } from './fetch.ts';
import { ABSENT, decodeName, encodeName, LIMITED, NAME_BYTES } from './part.ts';
import { serveParts } from './serve.ts';

const from = `0x${'ee'.repeat(20)}` as const;
const unlimited = {
  perSecond: Number.POSITIVE_INFINITY,
  burst: 1,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  bytesBurst: 1,
  concurrentPerPeer: 8,
  concurrentTotal: 8,
  now: () => 0,
};

/** What a fetch of `cid` makes of a peer that writes these bytes whatever it is asked. */
async function fetchOf(cid: string, answer: Uint8Array, maxBytes = 1 << 30) {
  const [near, far] = pipePair();
  const fetching = fetchFrom({ pipe: near, from, maxBytes, onPart: () => {} }, cid);
  fetching.catch(() => {});
  await far.read(new Uint8Array(NAME_BYTES));
  await far.write(answer);
  far.abort('said all');
  return fetching;
}

const withLength = (bytes: Uint8Array) => concatBytes(bigEndian32(bytes.length), bytes);

describe('a node that fetches', () => {
  test('refuses a part over 1 MiB by its header, for blobs and structures', async () => {
    const header = bigEndian32((1 << 20) + 1);
    await assert.rejects(fetchOf(cidOfBlob(Uint8Array.of(1)), header), hasCode('K_PEER_MISBEHAVED'));
    await assert.rejects(fetchOf(cidOfNode(1), header), hasCode('K_PEER_MISBEHAVED'));
  });

  test('refuses a list that names more chunks than its size has, or a size beyond all blobs', async () => {
    const list = chunkListOf(new Uint8Array((1 << 20) + 1));
    for (const bad of [
      { ...list, digests: new Uint8Array(32 * 1000) },
      { ...list, digests: list.digests.subarray(32) },
      { ...list, size: 2 ** 40 },
      { ...list, size: 0 },
      { ...list, extra: 1 },
    ]) {
      const bytes = encodeNode(bad);
      await assert.rejects(fetchOf(cidOfNode(bad), withLength(bytes)), hasCode('K_BLOB_CORRUPT'));
    }
  });

  test('refuses a huge declared size before it takes memory or asks for a chunk', async () => {
    const huge = { koinon: 'chunks/1', size: 1 << 30, digests: new Uint8Array(32 * 1024) };
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(
      fetchOf(cidOfNode(huge), withLength(encodeNode(huge)), 1 << 20),
      hasCode('K_BLOB_TOO_LARGE'),
    );
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20);
  });

  test('takes no prefix for a blob', async () => {
    const blob = patternBytes(1000);
    const { length } = withLength(blob);
    for (const cut of [0, 3, 4, 500, length - 1]) {
      await assert.rejects(fetchOf(cidOfBlob(blob), withLength(blob).subarray(0, cut)));
    }
    assert.deepEqual(await fetchOf(cidOfBlob(blob), withLength(blob)), blob);
  });

  test('takes nothing that random bytes say for a blob', async () => {
    const cid = cidOfBlob(patternBytes(50));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async bytes => {
        await assert.rejects(fetchOf(cid, bytes));
      }),
    );
  });

  test('says what it was told: absent, or too much asked', async () => {
    await assert.rejects(fetchOf(cidOfNode(1), bigEndian32(ABSENT)), hasCode('K_BLOB_MISSING'));
    await assert.rejects(fetchOf(cidOfNode(1), bigEndian32(LIMITED)), hasCode('K_RATE_LIMITED'));
  });

  test('does not take a structure for a blob of the same digest', async () => {
    const bytes = encodeNode({ koinon: 'manifest/2' });
    const got = await fetchOf(cidOfNode({ koinon: 'manifest/2' }), withLength(bytes));
    assert.deepEqual(sha256(got), sha256(bytes));
  });
});

describe('a node that serves blobs', () => {
  function serving(parts: Map<string, Uint8Array>, limits = unlimited) {
    const [near, far] = pipePair();
    const asked: string[] = [];
    const source = sourceOf(parts);
    const clock = manualClock();
    const served = serveParts(far, from, {
      clock,
      writeTimeoutMs: 1000,
      source: () => ({
        part: (cid, forPeer) => {
          asked.push(cid);
          return source.part(cid, forPeer);
        },
      }),
      limiter: new PeerLimiter(limits),
      onFailure: () => {},
    });
    return { pipe: near, served, asked, clock };
  }

  test('reads no further while the peer leaves what it asked for unread', async () => {
    const blob = patternBytes(1 << 20);
    const { pipe, asked, clock, served } = serving(partsOf(blob));
    const name = encodeName(cidOfBytes(blob));
    await pipe.write(concatBytes(...Array.from({ length: 200 }, () => name)));
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve));
    assert.ok(asked.length < 8, `${asked.length} parts were fetched for a peer that reads none`);
    clock.advance(1000);
    await served;
    assert.ok(pipe.closed, 'and after a while it loses the stream');
  });

  test('closes on what is no name', async () => {
    const { pipe, served } = serving(new Map());
    await pipe.write(new Uint8Array(NAME_BYTES).fill(7));
    await served;
    assert.ok(pipe.closed);
  });

  test('tells a peer over its rate so', async () => {
    const blob = Uint8Array.of(1);
    const { pipe } = serving(partsOf(blob), { ...unlimited, perSecond: 1, burst: 1 });
    await pipe.write(concatBytes(encodeName(cidOfBytes(blob)), encodeName(cidOfBytes(blob))));
    const answer = new Uint8Array(9);
    await pipe.read(answer);
    assert.deepEqual(answer, concatBytes(bigEndian32(1), blob, bigEndian32(LIMITED)));
  });

  test('reads a name as it was written, and no other 36 bytes', () => {
    for (const cid of [cidOfBlob(Uint8Array.of(1)), cidOfNode(1)]) {
      const name = encodeName(cid);
      assert.equal(decodeName(name), cid);
      for (const at of [0, 1, 2, 3]) assert.equal(decodeName(name.with(at, 0x99)), undefined);
    }
  });
});
