import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cid, cidOfNode, encodeNode, toWire } from '@koinon/protocol';
import fc from 'fast-check';
import { domains } from '../testing/parties.ts';
import { flipped } from '../testing/tamper.ts';
import { collect, makeStudy, names } from '../testing/world.ts';
import { exportBundle, readBundle } from './bundle.ts';
import { gatherBlobs } from './gatherBlobs.ts';
import { verifyBundle } from './verifyBundle.ts';

const study = await makeStudy();
const { passport, bytes, cid, world } = study;
const blobs = await gatherBlobs({ passport }, world.sources);
const bundle = exportBundle({ root: cid, blobs: new Map([...blobs, [cid, bytes]]) });
const evidence = passport.evaluations[0]!.metrics;
const root = cidOfNode(toWire(evidence));
const jobBlobs = new Map([
  ...(await gatherBlobs({ evidence }, world.sources)),
  [root, encodeNode(toWire(evidence))] as [Cid, Uint8Array],
]);
const jobBundle = exportBundle({ root, domains, blobs: jobBlobs });

test('a bundle of a passport holds everything the passport names, and is checked without asking anybody', async () => {
  assert.deepEqual(new Set([...blobs.keys(), cid]), new Set(world.blobs.keys()));
  const checks = await collect(verifyBundle(bundle));
  assert.deepEqual(names(checks, 'failed'), []);
  assert.ok(checks.every(({ detail }) => !/ is not at hand here/.test(detail)));
});

test('a bundle of one job carries its network', async () => {
  const checks = await collect(verifyBundle(jobBundle, { ...world.sources }));
  assert.deepEqual(names(checks, 'failed'), []);
  assert.equal(checks.find(({ id }) => id === 'replay')!.state, 'ok');
  const without = await collect(verifyBundle(exportBundle({ root, blobs: jobBlobs })));
  assert.deepEqual(names(without, 'failed'), ['bundle/bundle.domains']);
});

test('a bundle reads back as it was made, and is the same bytes every time', () => {
  const read = readBundle(bundle);
  assert.equal(read.root, cid);
  assert.deepEqual(read.blobs.get(cid), bytes);
  assert.deepEqual(exportBundle(read), bundle);
  assert.deepEqual(readBundle(jobBundle).domains, domains);
});

test('one altered byte anywhere in a bundle is found', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(bundle, jobBundle),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (whole, at, mask) => {
        const checks = await collect(verifyBundle(flipped(whole, at, mask)));
        assert.notDeepEqual(names(checks, 'failed'), []);
      },
    ),
    { numRuns: 60 },
  );
});

test('the check of an altered blob names it', async () => {
  for (const [name, content] of blobs) {
    const altered = new Map([...blobs, [cid, bytes] as const, [name, flipped(content, 3, 4)] as const]);
    const checks = await collect(verifyBundle(exportBundle({ root: cid, blobs: altered })));
    const { state, detail } = checks.find(({ id }) => id === 'bundle.blobs')!;
    assert.equal(state, 'failed');
    assert.ok(detail.includes(name));
  }
});

test('what is no bundle is said to be none, and a bundle without its root to be empty', async () => {
  for (const noise of [new Uint8Array(), new Uint8Array([1, 2, 3]), encodeNode({ koinon: 'bundle/2' })]) {
    assert.deepEqual(names(await collect(verifyBundle(noise)), 'failed'), ['bundle/bundle.form']);
  }
  const rootless = exportBundle({ root: cid, blobs });
  assert.deepEqual(names(await collect(verifyBundle(rootless)), 'failed'), ['bundle/bundle.root']);
});
