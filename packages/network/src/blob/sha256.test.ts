import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as node from './sha256.node.ts';
import * as portable from './sha256.ts';

test('both digests of bytes that come piece by piece are one', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), pieces => {
      const [a, b] = [node.newSha256(), portable.newSha256()];
      for (const piece of pieces) {
        a.update(piece);
        b.update(piece);
      }
      assert.deepEqual(new Uint8Array(a.digest()), b.digest());
    }),
  );
});
