import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ago, duration, fileSize, float32, grouped, koin, shortHex } from './format.ts';

test('amounts are whole tokens without trailing zeros, exactly', () => {
  assert.equal(koin('0'), '0');
  assert.equal(koin('1'), '0.000000000000000001');
  assert.equal(koin('11000000000000000'), '0.011');
  assert.equal(koin('10000000000000000000000'), '10,000');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), amount => {
      const [whole = '', fraction = ''] = koin(amount.toString()).replaceAll(',', '').split('.');
      return BigInt(whole + fraction.padEnd(18, '0')) === amount;
    }),
  );
});

test('a 32-bit float is written as short as it can be and still means the same float', () => {
  assert.equal(float32(20.299999237060547), '20.3');
  assert.equal(float32(0.20000000298023224), '0.2');
  assert.equal(float32(50), '50');
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), value =>
      Object.is(Math.fround(Number(float32(value))) + 0, Math.fround(value) + 0),
    ),
  );
});

test('long hashes are shortened, short words stay whole', () => {
  assert.equal(shortHex(`0x${'ab'.repeat(32)}`), '0xababab…ababab');
  assert.equal(shortHex('heart-risk'), 'heart-risk');
});

test('sizes, spans and counts read as people write them', () => {
  assert.equal(fileSize(4480), '4.4 KiB');
  assert.equal(grouped('24224000'), '24,224,000');
  assert.equal(duration(80), '80 ms');
  assert.equal(duration(2_430), '2.4 s');
  assert.equal(duration(185_000), '3 min 5 s');
  assert.equal(ago(0, 10_000), 'just now');
  assert.equal(ago(0, 60_000), '1 minute ago');
  assert.equal(ago(0, 7_200_000), '2 hours ago');
});
