import assert from 'node:assert/strict';
import {
  chunkDigests,
  decodeChunkList,
  digestOfCid,
  EMPTY_ROOT,
  equalBytes,
  rootOfLeaves,
} from '@koinon/protocol';
import type { Store } from '../src/index.ts';
import { stubSign } from './fixtures.ts';
import type { Place } from './places.ts';
import { blobContent, describeMessage, type Memory } from './workload.ts';

/** Opens the place as a new process would and holds it against what the dead one had promised. */
export async function checkStore(place: Place, memory: Memory): Promise<void> {
  const store = place.open();
  try {
    await store.log.recover(async entry => {
      memory.signed(entry.index, describeMessage(entry.message));
      return stubSign(entry.message);
    });
    await checkBlobs(place, store.blobs, memory);
    checkLog(store.log, memory);
  } finally {
    store.close();
  }
}

async function checkBlobs(place: Place, blobs: Store['blobs'], memory: Memory): Promise<void> {
  for (const [cid, { content, visibility }] of memory.blobs) {
    assert.ok(equalBytes((await blobs.get(cid))!, blobContent(content)), 'a kept blob comes back');
    assert.equal(blobs.visibility(cid), visibility);
  }
  for (const cid of memory.gone) assert.equal(await blobs.has(cid), false, 'a deleted blob is gone');
  const names = new Set<string>();
  for await (const { cid, size } of blobs.list()) {
    assert.equal((await blobs.get(cid))?.length, size, 'a listed blob is whole');
    names.add(digestOfCid(cid).slice(2));
    const list = size > 2 ** 20 ? decodeChunkList((await blobs.getPart(cid))!) : undefined;
    for (const chunk of list === undefined ? [] : chunkDigests(list)) names.add(chunk.slice(2));
  }
  const files = place.paths().map(path => path.split('/').at(-1)!);
  assert.deepEqual(new Set(files), names, 'there are no files but those of whole blobs');
}

function checkLog(log: Store['log'], memory: Memory): void {
  assert.equal(log.pending(), undefined);
  for (const [key, { index, digest }] of memory.entries) {
    assert.equal(log.byKey(key)?.index, index, 'an entry keeps its place');
    assert.equal(log.byKey(key)?.digest, digest);
  }
  const leaves: Uint8Array[] = [];
  for (let index = 0; index < log.size; index++) {
    const entry = log.at(index)!;
    assert.equal(
      describeMessage(entry.message),
      memory.messages.get(index),
      'what is sealed is what was signed',
    );
    assert.equal(log.byKey(entry.key)?.index, index);
    leaves.push(entry.leaf);
    assert.deepEqual(log.root(index + 1), rootOfLeaves(leaves));
  }
  assert.deepEqual(log.root(0), EMPTY_ROOT);
}
