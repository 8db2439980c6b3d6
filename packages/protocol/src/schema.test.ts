import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidOfBlob } from './cid.ts';
import { address, byteString, bytes32, cid, fileName, hex, signature, smallUint, uint } from './schema.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

test('unsigned integers are taken below their limit and nowhere else', () => {
  for (const bits of [64, 128, 256]) {
    const limit = 1n << BigInt(bits);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: limit - 1n }), value => {
        assert.equal(uint(bits).parse(value), value);
        assert.equal(uint(bits).parse(value.toString()), value);
        assert.ok(!accepts(uint(bits), limit + value));
        assert.ok(!accepts(uint(bits), (limit + value).toString()));
        assert.ok(!accepts(uint(bits), -1n - value));
        assert.ok(!accepts(uint(bits), `0${value}`));
      }),
    );
  }
  assert.equal(uint(64).parse(5), 5n);
  for (const value of [0.5, -1, 2 ** 53, '', ' 1', '1 ', '0x1', '+1', null, undefined, [1]]) {
    assert.ok(!accepts(uint(256), value), String(value));
  }
  assert.equal(smallUint(8).parse(255), 255);
  for (const value of [256, -1, 0.5, '1', 1n, Number.NaN])
    assert.ok(!accepts(smallUint(8), value), String(value));
});

test('hexadecimal is taken at its length and made lower case', () => {
  for (const [schema, bytes] of [
    [address, 20],
    [bytes32, 32],
    [signature, 65],
  ] as const) {
    const digits = 'aB'.repeat(bytes);
    assert.equal(schema.parse(`0x${digits}`), `0x${digits.toLowerCase()}`);
    for (const value of [
      digits,
      `0x${digits}00`,
      `0x${digits.slice(2)}`,
      `0x${digits}\n`,
      `0x${'zz'.repeat(bytes)}`,
    ]) {
      assert.ok(!accepts(schema, value), value);
    }
  }
  assert.ok(accepts(hex, '0x'));
  assert.ok(!accepts(hex, '0x0'));
});

test('file names name a file in a folder and nothing beside it', () => {
  for (const name of ['a', '_', 'model.onnx', 'A-b_c.1', 'x'.repeat(64), '0..1'])
    assert.ok(accepts(fileName, name), name);
  for (const name of [
    '',
    '.',
    '..',
    '.x',
    '-x',
    'a/b',
    'a\\b',
    '/a',
    'a\0',
    'a\n',
    'é',
    'x'.repeat(65),
    'a b',
    1,
  ]) {
    assert.ok(!accepts(fileName, name), String(name));
  }
});

test('bytes are bytes, and not more than allowed', () => {
  assert.ok(accepts(byteString(2), new Uint8Array(2)));
  for (const value of [new Uint8Array(3), [1], 'ab', new Uint16Array(1), null])
    assert.ok(!accepts(byteString(2), value));
});

test('names are names of this network', () => {
  assert.ok(accepts(cid, cidOfBlob(new Uint8Array())));
  for (const value of ['', 'bafy', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', 1, null])
    assert.ok(!accepts(cid, value));
});
