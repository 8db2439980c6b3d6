import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import fc from 'fast-check';
import { RATE_FLOOR_PPM } from '../assumptions.ts';
import { ONE_PPM } from '../ppm.ts';
import { riskOf } from '../risk/riskOf.ts';
import { priceOfAssurance } from './auditPrice.ts';
import { auditRatePpm, bondNeeded, rateForBondPpm, rateForTrustPpm } from './auditRatePpm.ts';
import { burnableStake, type Exposure } from './exposure.ts';

const trust = (consecutive: number) => ({ consecutive, agreed: consecutive, faults: 0 });
const exposure: fc.Arbitrary<Exposure> = fc.record({
  bond: fc.bigInt(0n, 10n ** 24n),
  gain: fc.bigInt(1n, 10n ** 22n),
  gainInFlight: fc.bigInt(0n, 10n ** 22n),
  detectionPpm: fc.integer({ min: 1, max: ONE_PPM }),
  adversarialSharePpm: fc.integer({ min: 0, max: 900_000 }),
  auditors: fc.integer({ min: 1, max: 4 }),
});

test('a trusted node is audited one time in as many as it passed, never less than the floor', () => {
  assert.equal(rateForTrustPpm(trust(0)), ONE_PPM);
  assert.equal(rateForTrustPpm(trust(9)), ONE_PPM);
  assert.equal(rateForTrustPpm(trust(10)), 100_000);
  assert.equal(rateForTrustPpm(trust(30)), 33_334);
  assert.equal(rateForTrustPpm(trust(50)), RATE_FLOOR_PPM);
  assert.equal(rateForTrustPpm(trust(1_000_000)), RATE_FLOOR_PPM);
});

test('the rate never falls below what the bond requires, whatever the record', () => {
  const small: Exposure = { bond: 4n, gain: 1n, gainInFlight: 0n, adversarialSharePpm: 0 };
  assert.equal(rateForBondPpm(small), 250_000);
  assert.equal(auditRatePpm(small, trust(1_000)), 250_000);
  assert.equal(auditRatePpm({ ...small, bond: 10_000n }, trust(1_000)), RATE_FLOOR_PPM);
  fc.assert(
    fc.property(exposure, fc.nat(1_000), (given, consecutive) => {
      let needed: number;
      try {
        needed = rateForBondPpm(given);
      } catch {
        return;
      }
      assert.ok(auditRatePpm(given, trust(consecutive)) >= needed);
    }),
  );
});

test('at the rate it gives, cheating does not pay; at less than that the bond is too small', () => {
  let solvable = 0;
  fc.assert(
    fc.property(exposure, given => {
      let rate: number;
      try {
        rate = rateForBondPpm(given);
      } catch (error) {
        if (error instanceof KoinonError && error.code === 'K_NO_AUDIT') return;
        assert.ok(error instanceof KoinonError && error.code === 'K_BOND_TOO_SMALL');
        assert.ok(given.bond < bondNeeded(given, ONE_PPM));
        return;
      }
      solvable++;
      assert.ok(rate >= 1 && rate <= ONE_PPM);
      assert.ok(given.bond >= bondNeeded(given, rate));
      // The least free stake of which so much burns.
      const bond = (given.bond * 4n + 2n) / 3n;
      assert.equal(burnableStake(bond), given.bond);
      const { expectedGain } = riskOf({
        ...given,
        bond,
        assurance: 'replay',
        replicas: 1,
        auditRatePpm: rate,
      });
      assert.ok(expectedGain <= 0n, String(expectedGain));
      if (rate > 1) assert.ok(given.bond < bondNeeded(given, rate - 1));
    }),
    { numRuns: 500 },
  );
  assert.ok(solvable > 50);
});

test('a bond below what full auditing needs is refused, with the bond that would do', () => {
  const given: Exposure = { bond: 10n, gain: 8n, gainInFlight: 3n, adversarialSharePpm: 0 };
  assert.throws(
    () => auditRatePpm(given),
    (error: unknown) =>
      error instanceof KoinonError && error.code === 'K_BOND_TOO_SMALL' && error.data['needed'] === '11',
  );
  assert.equal(auditRatePpm({ ...given, bond: 11n }), ONE_PPM);
});

test('the figures are those of the research: 2 % audits need a bond of about 31 prices, 20 % about 3', () => {
  // verification.md, section 6: g = 0.63 R, d = 0.98, no collusion, one job.
  const given = { gain: 630n, gainInFlight: 0n, detectionPpm: 980_000, adversarialSharePpm: 0 };
  assert.equal(bondNeeded(given, 20_000), 32_143n);
  assert.equal(bondNeeded(given, 50_000), 12_858n);
  assert.equal(bondNeeded(given, 200_000), 3_215n);
});

test('the price of an assurance is other replicas and the expected pay of auditors', () => {
  const price = (replicas: number, auditRatePpm: number) =>
    priceOfAssurance({ replicas, auditRatePpm, auditAmount: 50n }, 1_000n).totalAmount;
  assert.equal(price(1, 0), 1_000n);
  assert.equal(price(1, 1_000_000), 1_050n);
  assert.equal(price(1, 20_000), 1_001n);
  assert.equal(price(3, 0), 3_000n);
  assert.equal(price(2, 500_000), 2_050n);
});
