import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ascending, exponentOf, isPowerOfTwo } from './exactly.ts';

test('a power of two is told from its neighbours, which a logarithm rounds to it', () => {
  for (let k = -60; k <= 60; k++) {
    const power = 2 ** k;
    const [below, above] = [power * (1 - 2 ** -53), power * (1 + 2 ** -52)];
    assert.ok(isPowerOfTwo(power), `2^${k}`);
    assert.ok(!isPowerOfTwo(below) && !isPowerOfTwo(above), `beside 2^${k}`);
    assert.deepEqual([below, power, above].map(exponentOf), [k - 1, k, k]);
  }
  assert.equal(Number.isInteger(Math.log2(2 ** 31 * (1 + 2 ** -52))), true, 'why it is not asked');
  for (const value of [0, -1, -2, 3, Number.NaN, Number.POSITIVE_INFINITY])
    assert.ok(!isPowerOfTwo(value), `${value}`);
});

test('equal things stay in the order in which they were', () => {
  const things = ['b1', 'a1', 'b2', 'a2'];
  assert.deepEqual(
    things.sort((a, b) => ascending(a[0]!, b[0]!)),
    ['a1', 'a2', 'b1', 'b2'],
  );
  assert.deepEqual([10n, 9n].sort(ascending), [9n, 10n]);
});
