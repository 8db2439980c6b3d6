import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Cid,
  cidOfBlob,
  cidOfDigest,
  cidOfNode,
  DAG_CBOR,
  type Domains,
  encodeNode,
  type JobEvidence,
  toWire,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { cases } from '@koinon/protocol/testing';
import { domains } from '../testing/parties.ts';
import { flipped } from '../testing/tamper.ts';
import { collect, makeStudy, names } from '../testing/world.ts';
import { domainsOf, exportBundle, readBundle } from './bundle.ts';
import { gatherBlobs } from './gatherBlobs.ts';
import { verifyBundle } from './verifyBundle.ts';

const study = await makeStudy();
const { passport, bytes, cid, world } = study;
const blobs = await gatherBlobs({ passport }, world.sources);
const bundle = exportBundle({ root: cid, blobs: new Map([...blobs, [cid, bytes]]) });
const { metrics } = study.evaluation;

async function bundleOf(evidence: JobEvidence, stated?: Domains): Promise<Uint8Array> {
  const root = cidOfNode(toWire(evidence));
  const content = encodeNode(toWire(evidence));
  const named = await gatherBlobs({ evidence }, world.sources);
  return exportBundle({
    root,
    ...(stated ? { domains: stated } : {}),
    blobs: new Map([...named, [root, content]]),
  });
}
const jobBundle = await bundleOf(metrics, domainsOf(metrics, domains));
const grantedBundle = await bundleOf(passport.training, domainsOf(passport.training, domains));

/** Where the bytes of blobs lie in a bundle. */
const contentsIn = (whole: Uint8Array) =>
  [...readBundle(whole).blobs.values()].map(content => {
    const from = Buffer.from(whole).indexOf(content);
    return { from, to: from + content.length };
  });

async function isFound(altered: Uint8Array): Promise<boolean> {
  for await (const { state } of verifyBundle(altered, { recover: world.sources.recover! }))
    if (state === 'failed') return true;
  return false;
}

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
  const without = await collect(verifyBundle(await bundleOf(metrics)));
  assert.deepEqual(names(without, 'failed'), ['bundle/bundle.domains']);
});

test('a bundle of one private job carries the rules and the record that its bound follows from', async () => {
  const training = passport.training;
  const name = cidOfNode(toWire(training));
  const gathered = await gatherBlobs({ evidence: training }, world.sources);
  for (const [asked, check] of [
    [cidOfDigest(training.grant!.message.policy, DAG_CBOR), 'policy.bytes'],
    [passport.datasets[0]!.metadata, 'verdict.bits'],
  ] as const) {
    const whole = new Map([...gathered, [name, encodeNode(toWire(training))] as const]);
    const stateOf = async (blobs: ReadonlyMap<Cid, Uint8Array>) => {
      const { blob: _, ...sources } = world.sources;
      const checks = await collect(
        verifyBundle(exportBundle({ root: name, domains: domainsOf(training, domains), blobs }), sources),
      );
      return checks.find(({ id }) => id === check)!.state;
    };
    assert.equal(await stateOf(whole), 'ok');
    whole.delete(asked);
    assert.equal(await stateOf(whole), 'skipped');
  }
});

test('a bundle reads back as it was made, and is the same bytes every time', () => {
  const read = readBundle(bundle);
  assert.equal(read.root, cid);
  assert.deepEqual(read.blobs.get(cid), bytes);
  assert.deepEqual(exportBundle(read), bundle);
  assert.deepEqual(exportBundle(readBundle(grantedBundle)), grantedBundle);
});

/** Turns the name of a blob into that of a structure with the same digest, and back: `bafk…`, `bafy…`. */
const OTHER_CODEC = 0x6b ^ 0x79;
const maySayCodec = (byte: number) => byte === 0x6b || byte === 0x79;
const seed = Number(process.env['KOINON_SEED'] ?? 1);
const bits = Array.from({ length: 8 }, (_, bit) => 1 << bit);
/** Of the eight bits of a byte, those that a run alters: one, another with another KOINON_SEED, nightly all. */
const bitsAt = (at: number): number[] => (cases(1, bits.length) > 1 ? bits : [bits[(at + seed) % 8]!]);
function masksOf(whole: Uint8Array, at: number, bitsOf: (at: number) => number[]): number[] {
  return maySayCodec(whole[at]!) ? [...bitsOf(at), OTHER_CODEC] : bitsOf(at);
}

/** Contents are held to their digest, whichever byte it is; everything else is looked at byte by byte. */
const CONTENT_STRIDE = cases(40, 8);

/** A passport names things as its jobs do: of its bytes a run looks at every third, others with another KOINON_SEED. */
const PASSPORT_STRIDE = cases(3, 1);

for (const [what, whole, bitsOf, stride] of [
  ['of a job', jobBundle, bitsAt, 1],
  ['of a job with a permission', grantedBundle, bitsAt, 1],
  ['of a passport', bundle, () => [0x20], PASSPORT_STRIDE],
] as const) {
  test(`one altered byte anywhere in a bundle ${what} is found`, async () => {
    const contents = contentsIn(whole);
    for (let at = 0; at < whole.length; at++) {
      const content = contents.find(({ from, to }) => from <= at && at < to);
      const isContent = content !== undefined;
      if (isContent ? (at - content.from) % CONTENT_STRIDE > 0 : (at + seed) % stride > 0) continue;
      for (const mask of isContent ? [1 << (at % 7)] : masksOf(whole, at, bitsOf)) {
        assert.ok(await isFound(flipped(whole, at, mask)), `byte ${at}, mask ${mask}`);
      }
    }
  });
}

test('addresses under which nothing is signed are not in a bundle, and are refused where they are', async () => {
  assert.deepEqual(readBundle(jobBundle).domains, {
    ...domains,
    escrow: ZERO_ADDRESS,
    datasets: ZERO_ADDRESS,
  });
  assert.deepEqual(readBundle(grantedBundle).domains, { ...domains, escrow: ZERO_ADDRESS });
  const failing = async (evidence: JobEvidence, stated: Domains) =>
    names(await collect(verifyBundle(await bundleOf(evidence, stated))), 'failed');
  assert.deepEqual(await failing(metrics, domains), ['bundle/bundle.domains']);
  const without = { ...domains, datasets: ZERO_ADDRESS };
  assert.deepEqual(await failing(passport.training, without), ['bundle/bundle.domains']);
});

test('a blob that nothing in a bundle names is found', async () => {
  const noise = encodeNode('noise');
  const more = new Map([...blobs, [cid, bytes] as const, [cidOfBlob(noise), noise] as const]);
  const checks = await collect(verifyBundle(exportBundle({ root: cid, blobs: more })));
  assert.deepEqual(names(checks, 'failed'), ['bundle/bundle.named']);
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
