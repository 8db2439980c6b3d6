import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hex, toHex } from '@koinon/protocol';
import fc from 'fast-check';
import * as node from './platform.node.ts';
import * as portable from './platform.ts';

test('what Node is quick at comes to the same without it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 3 }), (a, b) => {
      assert.deepEqual(new Uint8Array(node.digestOf(a)), portable.digestOf(a));
      assert.deepEqual(new Uint8Array(node.bytesOfHex(toHex(a))), portable.bytesOfHex(toHex(a)));
      for (const [x, y] of [
        [a, b],
        [a, a.slice()],
      ] as const)
        assert.equal(node.isSame(x, y), portable.isSame(x, y));
      const upper = toHex(a).toUpperCase().replace('X', 'x') as Hex;
      assert.deepEqual(new Uint8Array(node.bytesOfHex(upper)), portable.bytesOfHex(upper));
    }),
  );
});
