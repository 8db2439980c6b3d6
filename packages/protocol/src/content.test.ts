import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { largeBytes } from '../scripts/vectors/ids.ts';
import { flipBit, readVector } from '../test/support.ts';
import { bigEndian64, concatBytes, fromHex, type Hex, toHex } from './bytes.ts';
import { CONTENT_CHUNK_BYTES, contentRoot } from './content.ts';
import { rootOf } from './merkle/tree.ts';

const content = fc.uint8Array({ maxLength: 3 * CONTENT_CHUNK_BYTES });
const salt = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** The definition, with the platform's HMAC. */
function obviousRoot(bytes: Uint8Array, key: Uint8Array): Hex {
  const count = Math.max(1, Math.ceil(bytes.length / 1024));
  const leaves = Array.from({ length: count }, (_, i) => {
    const leafSalt = createHmac('sha256', key)
      .update(bigEndian64(BigInt(i)))
      .digest();
    return concatBytes(leafSalt, bytes.subarray(1024 * i, 1024 * (i + 1)));
  });
  return toHex(rootOf(leaves));
}

test('content roots are those of the vectors', () => {
  const { contentRoots } = readVector<{ contentRoots: Array<{ size: number; salt: Hex; root: Hex }> }>('ids');
  assert.equal(contentRoots.length, 5);
  for (const { size, salt, root } of contentRoots)
    assert.equal(contentRoot(largeBytes(size), fromHex(salt)), root);
});

test('the root is the one of the definition', () => {
  fc.assert(
    fc.property(content, salt, (bytes, key) =>
      assert.equal(contentRoot(bytes, key), obviousRoot(bytes, key)),
    ),
    { numRuns: 30 },
  );
});

test('another bit, another length or another salt is another root', () => {
  fc.assert(
    fc.property(content, salt, fc.nat(), (bytes, key, bit) => {
      const root = contentRoot(bytes, key);
      if (bytes.length > 0) assert.notEqual(contentRoot(flipBit(bytes, bit), key), root);
      assert.notEqual(contentRoot(concatBytes(bytes, Uint8Array.of(0)), key), root);
      assert.notEqual(contentRoot(bytes, flipBit(key, bit)), root);
    }),
    { numRuns: 30 },
  );
});

test('equal chunks have different leaves, so the root shows no repetition', () => {
  const key = new Uint8Array(32).fill(3);
  const chunk = new Uint8Array(CONTENT_CHUNK_BYTES);
  const swapped = concatBytes(Uint8Array.of(1), chunk.subarray(1), chunk);
  const original = concatBytes(chunk, Uint8Array.of(1), chunk.subarray(1));
  assert.notEqual(contentRoot(swapped, key), contentRoot(original, key));
});
