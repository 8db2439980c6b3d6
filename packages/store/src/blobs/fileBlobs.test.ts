import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  BLOB_CHUNK_BYTES,
  type Cid,
  chunkListOf,
  cidOfBlob,
  cidOfBytes,
  cidOfDigest,
  cidOfNode,
  decodeChunkList,
  digestOfCid,
  encodeChunkList,
  encodeNode,
  RAW,
} from '@koinon/protocol';
import fc from 'fast-check';
import { testFolder } from '../../test/fixtures.ts';
import { everyKind } from '../../test/places.ts';
import { openStore } from '../disk.ts';
import type { BlobInfo, Visibility } from '../index.ts';

const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;
const pathOf = (cid: Cid): string => {
  const name = digestOfCid(cid).slice(2);
  return `blobs/${name.slice(0, 2)}/${name}`;
};
/** Bytes that differ from chunk to chunk. */
const pattern = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 20)) & 255);
everyKind('a small blob is named by its bytes and comes back', async newPlace => {
  const { blobs, close } = newPlace().open();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async bytes => {
      const cid = await blobs.put(bytes, 'public');
      assert.equal(cid, cidOfBlob(bytes));
      assert.deepEqual(await blobs.get(cid), bytes);
      assert.equal(await blobs.size(cid), bytes.length);
      assert.ok(await blobs.has(cid));
    }),
    { numRuns: 20 },
  );
  close();
});

everyKind('a blob is one part up to 1 MiB and a list of chunks beyond', async newPlace => {
  const { blobs, close } = newPlace().open();
  for (const size of [
    0,
    1,
    BLOB_CHUNK_BYTES,
    BLOB_CHUNK_BYTES + 1,
    2 * BLOB_CHUNK_BYTES,
    2.5 * BLOB_CHUNK_BYTES,
  ]) {
    const bytes = pattern(size);
    const cid = await blobs.put(bytes, 'public');
    assert.equal(cid, cidOfBytes(bytes));
    assert.ok(Buffer.from(bytes).equals((await blobs.get(cid))!));
    assert.equal(await blobs.size(cid), size);
    const pieces: Uint8Array[] = [];
    for await (const piece of blobs.read(cid)) pieces.push(piece);
    assert.ok(pieces.every(piece => piece.length <= BLOB_CHUNK_BYTES));
    assert.ok(Buffer.from(bytes).equals(Buffer.concat(pieces)));
  }
  close();
});

everyKind('an absent blob is undefined everywhere, a foreign name an error', async newPlace => {
  const { blobs, close } = newPlace().open();
  const cid = cidOfBlob(pattern(3));
  assert.equal(await blobs.get(cid), undefined);
  assert.equal(await blobs.getPart(cid), undefined);
  assert.equal(await blobs.has(cid), false);
  assert.equal(await blobs.size(cid), undefined);
  assert.equal(blobs.visibility(cid), undefined);
  assert.equal(blobs.partVisibility(cid), undefined);
  assert.deepEqual(blobs.partParents(cid), []);
  await blobs.delete(cid);
  await assert.rejects(blobs.publish(cid), isCode('K_BLOB_UNKNOWN'));
  for (const name of ['', '../../etc/passwd', 'bafy', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG']) {
    await assert.rejects(blobs.get(name), isCode('K_BAD_CID'));
  }
  close();
});

everyKind('a structure is kept as canonical dag-cbor under its own name', async newPlace => {
  const { blobs, close } = newPlace().open();
  const value = { b: [1, null, 'text'], a: Uint8Array.of(1, 2) };
  const cid = await blobs.putNode(value, 'public');
  assert.equal(cid, cidOfNode(value));
  assert.deepEqual(await blobs.get(cid), new Uint8Array(encodeNode(value)));
  assert.equal(await blobs.has(cidOfDigest(digestOfCid(cid), RAW)), false);
  await assert.rejects(
    blobs.putNode(chunkListOf(pattern(BLOB_CHUNK_BYTES + 1)), 'public'),
    isCode('K_BLOB_LIST'),
  );
  await assert.rejects(blobs.putNode(pattern(BLOB_CHUNK_BYTES), 'public'), isCode('K_BLOB_TOO_LARGE'));
  close();
});

everyKind(
  'private wins whichever came first, through restarts, until it is published on purpose',
  async newPlace => {
    const place = newPlace();
    for (const [first, second] of [
      ['private', 'public'],
      ['public', 'private'],
    ] as const) {
      let { blobs, close } = place.open();
      const bytes = new TextEncoder().encode(`${first} then ${second}`);
      const cid = await blobs.put(bytes, first);
      assert.equal(blobs.visibility(cid), first);
      await blobs.put(bytes, second);
      assert.equal(blobs.visibility(cid), 'private');
      close();
      ({ blobs, close } = place.open());
      await blobs.put(bytes, 'public');
      assert.equal(blobs.visibility(cid), 'private');
      await blobs.publish(cid);
      assert.equal(blobs.visibility(cid), 'public');
      close();
    }
  },
);

everyKind('a chunk may be had by whoever may have a blob it belongs to', async newPlace => {
  const { blobs, close } = newPlace().open();
  const zeros = new Uint8Array(BLOB_CHUNK_BYTES);
  const row = pattern(100);
  const secret = await blobs.put(Buffer.concat([zeros, row]), 'private');
  const zeroChunk = cidOfBlob(zeros);
  const rowChunk = cidOfBlob(row);
  assert.equal(blobs.partVisibility(zeroChunk), 'private');
  assert.equal(blobs.partVisibility(rowChunk), 'private');
  assert.equal(blobs.partVisibility(secret), 'private');
  assert.equal(blobs.visibility(rowChunk), undefined);
  assert.equal(await blobs.get(rowChunk), undefined);
  assert.deepEqual(await blobs.getPart(rowChunk), row);
  const open = await blobs.put(Buffer.concat([zeros, pattern(7)]), 'public');
  assert.equal(blobs.partVisibility(zeroChunk), 'public');
  assert.equal(blobs.partVisibility(rowChunk), 'private');
  assert.deepEqual(
    blobs.partParents(zeroChunk).map(({ cid }) => cid),
    [secret, open],
  );
  // The chunk list is a part too, by the blob's own name.
  assert.equal(decodeChunkList((await blobs.getPart(open))!).size, BLOB_CHUNK_BYTES + 7);
  close();
});

everyKind('delete removes what no other blob has, and only that', async newPlace => {
  const place = newPlace();
  const { blobs, close } = place.open();
  const zeros = new Uint8Array(BLOB_CHUNK_BYTES);
  const first = await blobs.put(Buffer.concat([zeros, pattern(1)]), 'private');
  const second = await blobs.put(Buffer.concat([zeros, pattern(2)]), 'private');
  await blobs.delete(first);
  assert.equal(await blobs.has(first), false);
  assert.equal(blobs.visibility(first), undefined);
  assert.equal(place.read(pathOf(cidOfBlob(pattern(1)))), undefined);
  assert.equal((await blobs.get(second))?.length, BLOB_CHUNK_BYTES + 2);
  await blobs.delete(second);
  assert.deepEqual(place.paths(), []);
  close();
});

everyKind(
  'puts and deletes of blobs that share parts, all at once, leave whole blobs only',
  async newPlace => {
    const place = newPlace();
    const { blobs, close } = place.open();
    const zeros = new Uint8Array(BLOB_CHUNK_BYTES);
    const content = [1, 2, 3].map(size => Buffer.concat([zeros, pattern(size)]));
    const cids = content.map(bytes => cidOfBytes(bytes));
    const action = fc.record({ which: fc.nat(2), remove: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async actions => {
        await Promise.all(
          actions.map(({ which, remove }) =>
            remove ? blobs.delete(cids[which]!) : blobs.put(content[which]!, 'private'),
          ),
        );
        for (const [i, cid] of cids.entries()) {
          if (await blobs.has(cid)) assert.ok(content[i]!.equals((await blobs.get(cid))!));
        }
      }),
      { numRuns: 15 },
    );
    close();
  },
);

for (const damage of ['flip', 'truncate', 'remove'] as const) {
  everyKind(
    `bytes damaged on disk (${damage}) are never handed out, and a new put heals them`,
    async newPlace => {
      const place = newPlace();
      const { blobs, close } = place.open();
      for (const size of [100, BLOB_CHUNK_BYTES + 100]) {
        const bytes = pattern(size);
        const cid = await blobs.put(bytes, 'private');
        const parts = [
          cid,
          ...(size > BLOB_CHUNK_BYTES ? [cidOfBlob(bytes.subarray(BLOB_CHUNK_BYTES))] : []),
        ];
        for (const part of parts) {
          const path = pathOf(part);
          const stored = place.read(path)!;
          if (damage === 'flip') await place.write(path, stored.with(stored.length - 1, stored.at(-1)! ^ 1));
          else if (damage === 'truncate') await place.write(path, stored.subarray(0, -1));
          else place.remove(path);
          await assert.rejects(blobs.get(cid), isCode('K_BLOB_CORRUPT'));
          assert.equal(place.read(path), undefined);
          const aside = place.read(`damaged/${digestOfCid(part).slice(2)}`);
          assert.equal(aside !== undefined, damage !== 'remove');
          assert.equal(await blobs.has(cid), false);
          assert.equal(await blobs.get(cid), undefined);
          assert.equal(await blobs.getPart(part), undefined);
          // What was private stays so while it is away.
          assert.equal(blobs.visibility(cid), 'private');
          await blobs.put(bytes, 'public');
          assert.ok(Buffer.from(bytes).equals((await blobs.get(cid))!));
          assert.equal(blobs.visibility(cid), 'private');
        }
      }
      close();
    },
  );
}

everyKind(
  'a stream of chunks is held against its list, and a bad one leaves neither blob nor part',
  async newPlace => {
    const place = newPlace();
    let { blobs, close } = place.open();
    const bytes = pattern(2 * BLOB_CHUNK_BYTES + 5);
    const list = chunkListOf(bytes);
    const chunks = [0, 1, 2].map(i => bytes.slice(i * BLOB_CHUNK_BYTES, (i + 1) * BLOB_CHUNK_BYTES));
    const flipped = chunks[1]!.slice();
    flipped[77]! ^= 1;
    const bad: Uint8Array[][] = [
      [],
      chunks.slice(0, 2),
      [...chunks, Uint8Array.of(1)],
      [chunks[1]!, chunks[0]!, chunks[2]!],
      [chunks[0]!, flipped, chunks[2]!],
      [chunks[0]!.slice(1), chunks[1]!, chunks[2]!],
    ];
    for (const given of bad)
      await assert.rejects(blobs.putChunks(list, given, 'public'), isCode('K_BLOB_CHUNK'));
    assert.equal(await blobs.has(cidOfBytes(bytes)), false);
    assert.deepEqual(place.paths(), []);
    close();
    ({ blobs, close } = place.open());
    assert.deepEqual(place.paths(), []);
    const cid = await blobs.putChunks(list, chunks, 'public');
    assert.equal(cid, cidOfBytes(bytes));
    assert.ok(Buffer.from(bytes).equals((await blobs.get(cid))!));
    assert.deepEqual(await blobs.getPart(cid), new Uint8Array(encodeChunkList(list)));
    const lying = { ...list, size: list.size + BLOB_CHUNK_BYTES };
    await assert.rejects(blobs.putChunks(lying, chunks, 'public'));
    close();
  },
);

everyKind('list names every whole blob once', async newPlace => {
  const { blobs, close } = newPlace().open();
  const expected = new Map<Cid, Visibility>();
  for (let i = 0; i < 20; i++) {
    const visibility = i % 3 === 0 ? 'private' : 'public';
    expected.set(await blobs.put(pattern(i), visibility), visibility);
  }
  const listed: BlobInfo[] = [];
  for await (const info of blobs.list()) listed.push(info);
  assert.equal(listed.length, 20);
  assert.deepEqual(new Map(listed.map(({ cid, visibility }) => [cid, visibility])), expected);
  close();
});

test('nobody else on the machine can read the folder', async t => {
  const folder = join(testFolder(t), 'inner');
  const { blobs, close } = openStore(folder);
  await blobs.put(pattern(2 * BLOB_CHUNK_BYTES), 'private');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  assert.ok(entries.length > 5);
  for (const entry of entries) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
    assert.equal(mode, entry.isDirectory() ? 0o700 : 0o600, entry.name);
  }
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  close();
  chmodSync(folder, 0o755);
  openStore(folder).close();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});
