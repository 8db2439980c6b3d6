import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FIRST_INSTANT_MS, INSTANT_COUNT, instantAfter, seenOnce } from './instants.ts';
import { Outcomes } from './outcomes.ts';

const LAST_MS = FIRST_INSTANT_MS * 2 ** (INSTANT_COUNT - 1);
const elapsed = fc.oneof(
  fc.integer({ min: 0, max: LAST_MS }),
  fc.double({ min: 0, max: LAST_MS, noNaN: true }),
  fc.nat(INSTANT_COUNT - 1).map(k => FIRST_INSTANT_MS * 2 ** k),
);

describe('instants', () => {
  it('come at or after the end, on the grid, less than twice as late', () => {
    fc.assert(
      fc.property(elapsed, elapsedMs => {
        const instantMs = instantAfter(elapsedMs)!;
        assert.ok(instantMs >= elapsedMs);
        assert.ok(Number.isInteger(Math.log2(instantMs / FIRST_INSTANT_MS)));
        assert.ok(instantMs === FIRST_INSTANT_MS || instantMs < 2 * elapsedMs);
      }),
    );
  });

  it('never go back when the end comes later', () => {
    fc.assert(
      fc.property(elapsed, elapsed, (a, b) => {
        assert.ok(instantAfter(Math.min(a, b))! <= instantAfter(Math.max(a, b))!);
      }),
    );
  });

  it('are as many as are counted, with "never" one more', () => {
    const seen = new Set<number>();
    for (let k = -2; k < 40; k++)
      for (const beside of [-1, 0, 1]) {
        const instantMs = instantAfter(FIRST_INSTANT_MS * 2 ** k + beside);
        if (instantMs !== undefined) seen.add(instantMs);
      }
    assert.equal(seen.size, INSTANT_COUNT);
    assert.equal(seenOnce(Outcomes.of(1)).microBits, Outcomes.of(INSTANT_COUNT + 1).microBits);
    assert.equal(seenOnce(Outcomes.of(10)).microBits, Outcomes.of(10 * INSTANT_COUNT + 1).microBits);
  });

  it('end: past the last there is none, and none for what is no time', () => {
    assert.equal(instantAfter(LAST_MS), LAST_MS);
    assert.equal(instantAfter(LAST_MS + 1), undefined);
    assert.equal(instantAfter(Number.POSITIVE_INFINITY), undefined);
    assert.equal(instantAfter(Number.NaN), undefined);
    assert.equal(instantAfter(-5), FIRST_INSTANT_MS);
  });
});
