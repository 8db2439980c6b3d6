import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../test/support.ts';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { canonicalJson, decodeNode, encodeNode, toWire } from './codec.ts';

const value = fc.jsonValue({ maxDepth: 3 });
/** Integers beyond 2^53 and the two zeros have no place in our structures. */
const isPlain = (given: unknown): boolean =>
  !JSON.stringify(given, (_, part) => (Object.is(part, -0) ? 'minus zero' : part)).includes('minus zero');

test('a structure comes back from its bytes, and its bytes from it', () => {
  fc.assert(
    fc.property(value.filter(isPlain), given => {
      const bytes = encodeNode(given);
      const back = decodeNode(bytes);
      assert.equal(canonicalJson(back), canonicalJson(given));
      assert.equal(toHex(encodeNode(back)), toHex(bytes));
    }),
  );
});

for (const [why, hex] of [
  ['an integer longer than needed', '1801'],
  ['an integer as a float', 'fb3ff0000000000000'],
  ['a half float', 'f93e00'],
  ['a single float', 'fa3fc00000'],
  ['minus zero', 'fb8000000000000000'],
  ['not a number', 'fb7ff8000000000000'],
  ['infinity', 'fb7ff0000000000000'],
  ['undefined', 'f7'],
  ['keys out of order', 'a2616201616101'],
  ['a key twice', 'a2616101616102'],
  ['a longer key first', 'a262616101616201'],
  ['a key that is a number', 'a10101'],
  ['the key __proto__', 'a1695f5f70726f746f5f5fa0'],
  ['an array of unknown length', '9f01ff'],
  ['bytes of unknown length', '5f4101ff'],
  ['a tag', 'c001'],
  ['two values', '0101'],
  ['half a value', '8201'],
  ['nothing', ''],
  ['text that is not UTF-8', '61ff'],
] as const) {
  test(`bytes with ${why} are refused`, () => {
    assert.throws(() => decodeNode(fromHex(hex)), isCode('K_BAD_ENCODING'));
  });
}

test('whatever random bytes decode to encodes to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), bytes => {
      let decoded: unknown;
      try {
        decoded = decodeNode(bytes);
      } catch (error) {
        assert.ok(isCode('K_BAD_ENCODING')(error));
        return;
      }
      assert.equal(toHex(encodeNode(decoded)), toHex(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('the wire form has decimal text for bigints and nothing for undefined', () => {
  const bytes = Uint8Array.of(1);
  assert.deepEqual(toWire({ a: 2n ** 256n, b: undefined, c: [1n, { d: -1n }], e: bytes, f: null, g: 'x' }), {
    a: (2n ** 256n).toString(),
    c: ['1', { d: '-1' }],
    e: bytes,
    f: null,
    g: 'x',
  });
});

test('canonical JSON does not depend on the order keys were set in', () => {
  assert.equal(canonicalJson({ b: 1, a: [true, null], c: undefined }), '{"a":[true,null],"b":1}');
  assert.equal(canonicalJson({ é: 1, z: 2, 𝒳: 3, '￰': 4 }), '{"z":2,"é":1,"𝒳":3,"￰":4}');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), given => {
      const reversed = Object.fromEntries(Object.entries(given).reverse());
      assert.equal(canonicalJson(reversed), canonicalJson(given));
      assert.deepEqual(JSON.parse(canonicalJson(given)), JSON.parse(JSON.stringify(given)));
    }),
  );
});

test('two structures with the same bytes are one structure', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const isSame = toHex(encodeNode(a)) === toHex(encodeNode(b));
      assert.equal(isSame, canonicalJson(a) === canonicalJson(b));
    }),
  );
  assert.notEqual(toHex(concatBytes(encodeNode([1]), encodeNode([2]))), toHex(encodeNode([1, 2])));
});
