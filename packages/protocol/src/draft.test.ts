import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleEvaluation, sampleManifest } from '../scripts/vectors/manifest.ts';
import { sampleBytes, sampleHex } from '../scripts/vectors/sample.ts';
import { readVector } from '../test/support.ts';
import { fromHex, type Hex, toHex } from './bytes.ts';
import { cidOfBlob } from './cid.ts';
import { ANY_CANDIDATE, draftOf, drawOfUse, termsDigest } from './draft.ts';
import { decodeManifest, encodeManifest, type Manifest, manifestDigest, manifestSchema } from './manifest.ts';

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const blob = fc.uint8Array({ maxLength: 4 }).map(cidOfBlob);
const source: fc.Arbitrary<Manifest['inputs'][0]['source']> = fc.oneof(
  blob.map(cid => ({ cid })),
  blob.map(candidate => ({ candidate })),
  fc.constantFrom('training' as const, 'held-back' as const).map(rows => ({
    dataset: { id: '7', contentRoot: sampleHex('content root'), rows },
  })),
);
const manifests = fc
  .record({
    seed,
    timeMs: fc.maxSafeNat(),
    sources: fc.array(source, { maxLength: 4 }),
    params: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), {
      noNullPrototype: true,
    }),
  })
  .map(
    ({ sources, params, ...free }): Manifest => ({
      ...sampleManifest,
      ...free,
      params: params as Manifest['params'],
      inputs: sources.map((source, i) => ({ name: `in${i}`, source })),
    }),
  );

test('the draft of a draft is that draft, and has the same terms', () => {
  fc.assert(
    fc.property(manifests, manifest => {
      const draft = draftOf(manifest);
      assert.deepEqual(draftOf(draft), draft);
      assert.equal(termsDigest(draft), termsDigest(manifest));
      assert.equal(manifestDigest(draft), termsDigest(manifest));
    }),
  );
});

test('whatever the seed, the time and the candidates are, the terms are the same', () => {
  fc.assert(
    fc.property(manifests, seed, fc.maxSafeNat(), blob, (manifest, seed, timeMs, candidate) => {
      const inputs = manifest.inputs.map(input =>
        'candidate' in input.source ? { ...input, source: { candidate } } : input,
      );
      assert.equal(termsDigest({ ...manifest, seed, timeMs, inputs }), termsDigest(manifest));
    }),
  );
});

test('a manifest that can be decoded has a draft that can be', () => {
  for (const manifest of [sampleManifest, sampleEvaluation]) {
    const draft = draftOf(decodeManifest(encodeManifest(manifest)));
    assert.deepEqual(decodeManifest(encodeManifest(draft)), draft);
  }
});

type Path = readonly (string | number)[];

/** Each value in a manifest that holds no others, by where it stands. */
function leavesOf(value: unknown, path: Path = []): Array<[Path, unknown]> {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
}

/** Words of which a field has a few, and another one for each. */
const otherWord: Record<string, string> = {
  wasm: 'onnx',
  'koinon-det-1': 'koinon-onnx-1',
  training: 'held-back',
  'held-back': 'training',
  model: 'table',
  metrics: 'evaluation',
  evaluation: 'metrics',
  '7': '8',
  [sampleHex('content root')]: sampleHex('other content root'),
};

function another(value: unknown): unknown {
  if (value === null) return false;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (value instanceof Uint8Array) return value.map(byte => byte ^ 1);
  const text = String(value);
  if (text.startsWith('baf')) return cidOfBlob(sampleBytes('another blob'));
  return otherWord[text] ?? `${text}x`;
}

function withChange(manifest: Manifest, path: Path): Manifest {
  const copy = structuredClone(manifest);
  let parent: object = copy;
  for (const key of path.slice(0, -1)) parent = Reflect.get(parent, key) as object;
  const key = path.at(-1)!;
  Reflect.set(parent, key, another(Reflect.get(parent, key)));
  return copy;
}

/** Everything about a job that its grant does not fix. A field that joins these is a decision about privacy. */
const free = ['seed', 'timeMs', 'inputs.*.source.candidate'];

for (const [name, manifest] of Object.entries({ sampleManifest, sampleEvaluation })) {
  const leaves = leavesOf(manifest).filter(([[first]]) => first !== 'koinon');

  test(`${name} has a value in every field of a manifest`, () => {
    const seen = new Set(['koinon', ...leaves.map(([[first]]) => first)]);
    assert.deepEqual([...seen].sort(), Object.keys(manifestSchema.shape).sort());
  });

  for (const [path] of leaves) {
    const where = path.join('.');
    const isFree = free.includes(where.replace(/^inputs\.\d+/, 'inputs.*'));
    test(`another ${where} in ${name} ${isFree ? 'keeps' : 'changes'} the terms`, () => {
      const changed = withChange(manifest, path);
      assert.notEqual(manifestDigest(changed), manifestDigest(manifest));
      assert.equal(termsDigest(changed) === termsDigest(manifest), isFree);
    });
  }
}

test('whatever is added, left out or of another kind changes the terms', () => {
  const [candidate, table] = sampleEvaluation.inputs as [Manifest['inputs'][0], Manifest['inputs'][0]];
  const changes: Partial<Manifest>[] = [
    { inputs: [table] },
    { inputs: [candidate] },
    { inputs: [table, candidate] },
    { inputs: [candidate, { ...candidate, name: 'other.onnx' }, table] },
    { inputs: [{ ...candidate, source: { cid: ANY_CANDIDATE } }, table] },
    { inputs: [candidate, { ...table, source: { candidate: ANY_CANDIDATE } }] },
    { outputs: [] },
    { outputs: [...sampleEvaluation.outputs, ...sampleManifest.outputs] },
    { params: {} },
    { params: { ...sampleEvaluation.params, more: null } },
  ];
  const digests = [{}, ...changes].map(change => termsDigest({ ...sampleEvaluation, ...change }));
  assert.equal(new Set(digests).size, digests.length);
});

const nonce = seed.map(toHex);
const use = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('each use of each grant has a seed of its own', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(nonce, { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(use),
      (nonces, uses) => {
        const seeds = nonces.flatMap(nonce =>
          uses.map(use => toHex(drawOfUse({ nonce, validFrom: 1n }, use).seed)),
        );
        assert.equal(new Set(seeds).size, nonces.length * uses.length);
      },
    ),
  );
});

test('one use is always drawn the same, and its seed does not hang on when the grant begins', () => {
  fc.assert(
    fc.property(nonce, use, fc.bigInt(0n, 2n ** 32n), (nonce, use, validFrom) => {
      const { seed, timeMs } = drawOfUse({ nonce, validFrom }, use);
      assert.equal(BigInt(timeMs), validFrom * 1000n);
      assert.deepEqual(drawOfUse({ nonce, validFrom }, use), { seed, timeMs });
      assert.deepEqual(drawOfUse({ nonce, validFrom: validFrom + 1n }, use).seed, seed);
    }),
  );
});

test('what is drawn for a use makes a manifest of the same terms', () => {
  fc.assert(
    fc.property(nonce, use, (nonce, use) => {
      const drawn = { ...sampleManifest, ...drawOfUse({ nonce, validFrom: 1_700_000_000n }, use) };
      assert.equal(termsDigest(decodeManifest(encodeManifest(drawn))), termsDigest(sampleManifest));
    }),
  );
});

interface Vectors {
  draws: Array<{ nonce: Hex; validFrom: string; use: number; seed: Hex; timeMs: number }>;
}
for (const { nonce, validFrom, use, seed, timeMs } of readVector<Vectors>('gate').draws) {
  test(`use ${use} of a grant is drawn as the vectors say: ${seed.slice(0, 10)}`, () => {
    assert.deepEqual(drawOfUse({ nonce, validFrom: BigInt(validFrom) }, use), {
      seed: fromHex(seed),
      timeMs,
    });
  });
}
