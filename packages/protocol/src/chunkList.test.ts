import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../test/support.ts';
import { sha256, toHex } from './bytes.ts';
import {
  BLOB_CHUNK_BYTES,
  chunkDigests,
  chunkListOf,
  decodeChunkList,
  encodeChunkList,
} from './chunkList.ts';
import { encodeNode } from './codec.ts';

const bytes = new Uint8Array(2 * BLOB_CHUNK_BYTES + 3).fill(7);
const list = chunkListOf(bytes);

test('a chunk list names each chunk in order', () => {
  assert.deepEqual(chunkDigests(list), [
    toHex(sha256(bytes.subarray(0, BLOB_CHUNK_BYTES))),
    toHex(sha256(bytes.subarray(BLOB_CHUNK_BYTES, 2 * BLOB_CHUNK_BYTES))),
    toHex(sha256(bytes.subarray(2 * BLOB_CHUNK_BYTES))),
  ]);
  assert.deepEqual(chunkDigests(decodeChunkList(encodeChunkList(list))), chunkDigests(list));
  assert.equal(decodeChunkList(encodeChunkList(list)).size, bytes.length);
});

test('a list whose count, size or form is wrong is refused', () => {
  for (const wrong of [
    { ...list, size: list.size + BLOB_CHUNK_BYTES },
    { ...list, size: 2 * BLOB_CHUNK_BYTES },
    { ...list, size: BLOB_CHUNK_BYTES, digests: list.digests.subarray(0, 32) },
    { ...list, size: 2 ** 31, digests: new Uint8Array(32 * 2048) },
    { ...list, size: list.size + 0.5 },
    { ...list, digests: list.digests.subarray(1) },
    { ...list, extra: 1 },
    { ...list, koinon: 'chunks/2' },
    null,
  ]) {
    assert.throws(() => decodeChunkList(encodeNode(wrong)));
  }
  const trailing = new Uint8Array([...encodeChunkList(list), 0]);
  assert.throws(() => decodeChunkList(trailing), isCode('K_BAD_ENCODING'));
});
