import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { roles, rolesOf } from './assurance.ts';
import { GIGAFUEL, priceOf } from './constants.ts';

test('work is priced by the started gigafuel', () => {
  const offer = { baseAmount: 7n, gigafuelAmount: 100n };
  assert.equal(priceOf(offer, 0n), 7n);
  assert.equal(priceOf(offer, 1n), 107n);
  assert.equal(priceOf(offer, GIGAFUEL), 107n);
  assert.equal(priceOf(offer, GIGAFUEL + 1n), 207n);
  const amount = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  fc.assert(
    fc.property(amount, amount, amount, (baseAmount, gigafuelAmount, fuel) => {
      const price = priceOf({ baseAmount, gigafuelAmount }, fuel);
      assert.ok((price - baseAmount) * GIGAFUEL >= gigafuelAmount * fuel);
      assert.ok(
        (price - baseAmount) * GIGAFUEL < gigafuelAmount * (fuel + GIGAFUEL) || gigafuelAmount === 0n,
      );
    }),
  );
});

test('every set of roles has one mask', () => {
  const names = Object.keys(roles) as Array<keyof typeof roles>;
  for (let mask = 0; mask < 1 << names.length; mask++) {
    const found = rolesOf(mask);
    assert.equal(
      found.reduce((sum, role) => sum | roles[role], 0),
      mask,
    );
    assert.equal(new Set(found).size, found.length);
  }
  assert.deepEqual(rolesOf(1 << 20), []);
});
