import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVector } from '../test/support.ts';
import { concatBytes, fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { artefactClass } from './manifest.ts';
import { type GateReasons, gateReasonsSchema, sealReasons } from './verdict.ts';

interface Vectors {
  seals: Array<{ name: string; reasons: GateReasons; salt: Hex; cbor: Hex; sealed: Hex }>;
}

for (const { name, reasons, salt, cbor, sealed } of readVector<Vectors>('gate').seals) {
  test(`reasons for ${name} are sealed under ${salt.slice(0, 10)} as the vectors say`, () => {
    assert.deepEqual(gateReasonsSchema.parse(reasons), reasons);
    assert.equal(sealReasons(reasons, salt), sealed);
    assert.equal(toHex(sha256(concatBytes(fromHex(salt), fromHex(cbor)))), sealed);
  });
}

const salts = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
const reasonLists: fc.Arbitrary<GateReasons> = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b'),
    class: fc.constantFrom(...artefactClass.options),
    released: fc.boolean(),
    reasons: fc.array(fc.string({ maxLength: 8 }), { maxLength: 2 }),
  }),
  { maxLength: 2 },
);

test('a seal opens to one list of reasons and under one salt alone', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(reasonLists, salts), { maxLength: 8 }), opened => {
      const different = new Set(opened.map(([reasons, salt]) => JSON.stringify([reasons, salt])));
      const seals = new Set(opened.map(([reasons, salt]) => sealReasons(reasons, salt)));
      assert.equal(seals.size, different.size);
    }),
  );
});

test('the same reasons under another salt have another seal, so nobody can try reasons out', () => {
  fc.assert(
    fc.property(
      reasonLists,
      fc.uniqueArray(salts, { minLength: 2, maxLength: 2 }),
      (reasons, [one, other]) => {
        assert.notEqual(sealReasons(reasons, one!), sealReasons(reasons, other!));
      },
    ),
  );
});
