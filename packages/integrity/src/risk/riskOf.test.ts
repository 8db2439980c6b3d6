import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assurance } from '@koinon/protocol';
import fc from 'fast-check';
import { ONE_PPM } from '../ppm.ts';
import { type RiskTerms, riskOf } from './riskOf.ts';

const terms = (assurance: Assurance, more: Partial<RiskTerms> = {}): RiskTerms => ({
  assurance,
  replicas: 1,
  auditRatePpm: 0,
  bond: 1_000n,
  gainInFlight: 0n,
  gain: 10n,
  ...more,
});

test('without a check every wrong result passes and cheating pays its price', () => {
  const risk = riskOf(terms('none'));
  assert.deepEqual(
    [risk.undetectedPpm, risk.lossOnDetection, risk.expectedGain, risk.isDeterred],
    [ONE_PPM, 0n, 10n, false],
  );
});

test('a replay by lot misses what it does not draw and what colluding auditors hide', () => {
  const risk = riskOf(terms('replay', { auditRatePpm: 100_000, adversarialSharePpm: 200_000 }));
  assert.equal(risk.undetectedPpm, ONE_PPM - 80_000);
  assert.equal(risk.lossOnDetection, 1_000n);
  // 0.92 x 10 - 0.08 x 750.
  assert.equal(risk.expectedGain, -50n);
  assert.ok(risk.isDeterred);
  const two = riskOf(terms('replay', { auditRatePpm: 100_000, adversarialSharePpm: 200_000, auditors: 2 }));
  assert.equal(two.undetectedPpm, ONE_PPM - 96_000);
});

test('gains in flight weaken the same stake', () => {
  const of = (gainInFlight: bigint) => riskOf(terms('replay', { auditRatePpm: 50_000, gainInFlight }));
  assert.ok(of(0n).isDeterred);
  assert.ok(!of(990n).isDeterred);
});

test('replicas are wrong together only if all others collude; only exact differences burn a stake', () => {
  const exact = riskOf(terms('redundant', { replicas: 3, adversarialSharePpm: 100_000 }));
  assert.equal(exact.undetectedPpm, 10_000);
  assert.equal(exact.lossOnDetection, 1_000n);
  const close = riskOf(
    terms('redundant', {
      replicas: 3,
      adversarialSharePpm: 100_000,
      comparator: { kind: 'allclose', rtol: 0, atol: 0 },
    }),
  );
  assert.equal(close.lossOnDetection, 0n);
  assert.ok(close.undetectedPpm > exact.undetectedPpm);
  const audited = riskOf(
    terms('redundant', { replicas: 2, auditRatePpm: 500_000, adversarialSharePpm: 100_000 }),
  );
  // Missed by the other replica (0.1) and by the lot (1 - 0.5·0.9).
  assert.equal(audited.undetectedPpm, 55_000);
});

test('owner-audited and measured work cost no stake, and say so', () => {
  for (const assurance of ['owner-audited', 'outcome'] as const) {
    const risk = riskOf(terms(assurance, { auditRatePpm: ONE_PPM }));
    assert.equal(risk.lossOnDetection, 0n);
    assert.ok(!risk.isDeterred);
    assert.ok(risk.undetectedPpm > 0 && risk.undetectedPpm < ONE_PPM);
  }
});

test('more audits and more stake never raise the risk, and every factor is a sentence', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: ONE_PPM }),
      fc.integer({ min: 0, max: ONE_PPM }),
      fc.bigInt(0n, 10n ** 12n),
      (a, b, bond) => {
        const of = (auditRatePpm: number) => riskOf(terms('replay', { auditRatePpm, bond }));
        const [low, high] = [of(Math.min(a, b)), of(Math.max(a, b))];
        assert.ok(high.undetectedPpm <= low.undetectedPpm);
        assert.ok(high.expectedGain <= low.expectedGain);
        for (const { what } of low.factors) assert.match(what, /^[A-Z].*\.$/);
      },
    ),
  );
});
