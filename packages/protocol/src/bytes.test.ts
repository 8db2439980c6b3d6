import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { flipBit, isCode } from '../test/support.ts';
import { bigEndian32, bigEndian64, concatBytes, equalBytes, fromHex, sha256, toHex, utf8 } from './bytes.ts';

test('hexadecimal goes both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      assert.equal(toHex(bytes), `0x${Buffer.from(bytes).toString('hex')}`);
      assert.deepEqual(fromHex(toHex(bytes)), bytes);
      assert.deepEqual(fromHex(toHex(bytes).slice(2).toUpperCase()), bytes);
    }),
  );
});

test('what is not hexadecimal is refused', () => {
  for (const text of ['0x0', 'xyz', '0xgg', '0x 0', '0x0x00', '0X00', '-1']) {
    assert.throws(() => fromHex(text), isCode('K_BAD_HEX'), text);
  }
});

test('sha256 of parts is that of their concatenation', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), parts => {
      const whole = Buffer.concat(parts);
      assert.deepEqual(concatBytes(...parts), new Uint8Array(whole));
      assert.equal(toHex(sha256(...parts)), `0x${createHash('sha256').update(whole).digest('hex')}`);
    }),
  );
});

test('bytes are equal exactly when every bit is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, bit) => {
      assert.ok(equalBytes(bytes, bytes.slice()));
      assert.ok(!equalBytes(bytes, flipBit(bytes, bit)));
      assert.ok(!equalBytes(bytes, bytes.subarray(1)));
    }),
  );
});

test('integers are written big end first', () => {
  assert.equal(toHex(bigEndian32(0x01020304)), '0x01020304');
  assert.equal(toHex(bigEndian32(2 ** 32 - 1)), '0xffffffff');
  assert.equal(toHex(bigEndian64(0x0102030405060708n)), '0x0102030405060708');
  assert.equal(toHex(bigEndian64(2n ** 64n - 1n)), '0xffffffffffffffff');
});

test('malformed UTF-8 is refused', () => {
  assert.equal(utf8.decode(utf8.encode('κοινόν')), 'κοινόν');
  assert.throws(() => utf8.decode(Uint8Array.of(0xc3)));
});
