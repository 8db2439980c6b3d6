import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleManifest } from '../scripts/vectors/manifest.ts';
import { isCode, readVector } from '../test/support.ts';
import { fromHex, type Hex, sha256, toHex, utf8 } from './bytes.ts';
import { encodeNode } from './codec.ts';
import { draftOf, termsDigest } from './draft.ts';
import {
  decodeManifest,
  encodeManifest,
  MANIFEST_MAX_BYTES,
  type Manifest,
  manifestCid,
  manifestDigest,
  PARAMS_MAX_BYTES,
  paramsFile,
} from './manifest.ts';

interface ManifestVectors {
  manifests: Array<{
    name: string;
    manifest: Manifest & { seed: Hex };
    cbor: Hex;
    digest: Hex;
    draft: Hex;
    terms: Hex;
    cid: string;
    paramsFile: string;
  }>;
  refused: Array<{ reason: string; cbor: Hex }>;
}
const vectors = readVector<ManifestVectors>('manifest');

for (const { name, manifest: wire, cbor, digest, draft, terms, cid, paramsFile: text } of vectors.manifests) {
  test(`${name} has the bytes and names of the vectors`, () => {
    const manifest: Manifest = { ...wire, seed: fromHex(wire.seed) };
    assert.equal(toHex(encodeManifest(manifest)), cbor);
    assert.equal(manifestDigest(manifest), digest);
    assert.equal(manifestCid(manifest), cid);
    assert.equal(toHex(sha256(fromHex(cbor))), digest);
    assert.equal(utf8.decode(paramsFile(manifest)), text);
    assert.equal(toHex(encodeManifest(draftOf(manifest))), draft);
    assert.equal(termsDigest(manifest), terms);
    assert.equal(toHex(sha256(fromHex(draft))), terms);
    const decoded = decodeManifest(fromHex(cbor));
    assert.equal(manifestDigest(decoded), digest);
    assert.deepEqual({ ...decoded, seed: toHex(decoded.seed) }, wire);
  });
}

for (const { reason, cbor } of vectors.refused) {
  test(`a manifest with ${reason} is refused`, () => {
    assert.throws(() => decodeManifest(fromHex(cbor)), isCode('K_BAD_MANIFEST'));
  });
}

test('a manifest in any other encoding is refused', () => {
  const bytes = encodeManifest(sampleManifest);
  const padded = new Uint8Array([...bytes, 0]);
  assert.throws(() => decodeManifest(padded), isCode('K_BAD_ENCODING'));
  assert.throws(() => decodeManifest(bytes.subarray(1)), isCode('K_BAD_ENCODING'));
});

test('parameters no program could see are refused', () => {
  const hidden = JSON.parse('{"a":{"__proto__":{"b":1}}}');
  assert.throws(
    () => decodeManifest(encodeNode({ ...sampleManifest, params: hidden })),
    isCode('K_BAD_ENCODING'),
  );
  for (const params of [
    { a: Number.NaN },
    { a: Number.POSITIVE_INFINITY },
    { a: undefined },
    { a: 1n },
    { a: new Date(0) },
  ]) {
    assert.throws(
      () => encodeManifest({ ...sampleManifest, params: params as never }),
      JSON.stringify(Object.keys(params)),
    );
  }
});

test('a manifest that is too long is refused before it is decoded', () => {
  const long = { ...sampleManifest, params: { text: 'x'.repeat(MANIFEST_MAX_BYTES) } };
  assert.throws(() => decodeManifest(encodeNode(long)), isCode('K_BAD_MANIFEST'));
});

test('parameters of at most 64 KiB as a program sees them are taken, not a byte more', () => {
  const around = paramsFile({ params: { text: '' } }).length;
  const withParams = (text: string) => encodeNode({ ...sampleManifest, params: { text } });
  const room = PARAMS_MAX_BYTES - around;
  assert.equal(paramsFile(decodeManifest(withParams('x'.repeat(room)))).length, 65_536);
  for (const tooLong of ['x'.repeat(room + 1), `${'x'.repeat(room - 1)}é`, '\u0000'.repeat(room / 6 + 1)]) {
    assert.throws(() => decodeManifest(withParams(tooLong)), isCode('K_BAD_MANIFEST'));
  }
});

test('whatever is decoded has the digest of the bytes it came from', () => {
  const change = fc.record({
    params: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 })),
    timeMs: fc.oneof(fc.maxSafeNat(), fc.double()),
    private: fc.boolean(),
  });
  fc.assert(
    fc.property(change, fields => {
      let bytes: Uint8Array;
      try {
        bytes = encodeNode({ ...sampleManifest, inputs: [], ...fields });
      } catch {
        return;
      }
      let manifest: Manifest;
      try {
        manifest = decodeManifest(bytes);
      } catch (error) {
        assert.ok(isCode('K_BAD_MANIFEST')(error) || isCode('K_BAD_ENCODING')(error), String(error));
        return;
      }
      assert.equal(manifestDigest(manifest), toHex(sha256(bytes)));
    }),
    { numRuns: 300 },
  );
});
