import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Outcomes } from './outcomes.ts';

/** A number of outcomes worked out twice: by the class, and exactly. */
interface Both {
  outcomes: Outcomes;
  exact: bigint;
}

const count = fc.oneof(
  fc.bigInt({ min: 1n, max: 300n }),
  fc.bigInt({ min: 1n, max: 2n ** 62n }),
  fc.nat(62).map(bits => 2n ** BigInt(bits)),
);
const single: fc.Arbitrary<Both> = count.map(exact => ({ outcomes: Outcomes.of(exact), exact }));
const step = fc.oneof(
  fc.record({ kind: fc.constant('and' as const), other: single }),
  fc.record({ kind: fc.constant('or' as const), other: single }),
  fc.record({ kind: fc.constant('orNone' as const) }),
  fc.record({ kind: fc.constant('repeated' as const), times: fc.integer({ min: 0, max: 40 }) }),
);
const worked: fc.Arbitrary<Both & { isSum: boolean }> = fc
  .tuple(single, fc.array(step, { maxLength: 4 }))
  .map(([start, steps]) => {
    let { outcomes, exact } = start;
    let isSum = false;
    for (const each of steps) {
      if (each.kind === 'and') {
        outcomes = outcomes.and(each.other.outcomes);
        exact *= each.other.exact;
      } else if (each.kind === 'or') {
        isSum = true;
        outcomes = outcomes.or(each.other.outcomes);
        exact += each.other.exact;
      } else if (each.kind === 'orNone') {
        outcomes = outcomes.orNone();
        exact += 1n;
      } else if (exact.toString(2).length * each.times < 20_000) {
        outcomes = outcomes.repeated(each.times);
        exact **= BigInt(each.times);
      }
    }
    return { outcomes, exact, isSum };
  });

/** log2 of a whole number to some fifteen digits, by other means than the class has. */
function log2(value: bigint): number {
  const digits = value.toString(2);
  return digits.length - 53 + Math.log2(Number(BigInt(`0b${digits.slice(0, 53).padEnd(53, '0')}`)));
}

describe('outcomes', () => {
  it('never have fewer bits than there are outcomes, whatever was multiplied, added or repeated', () => {
    fc.assert(
      fc.property(worked, ({ outcomes, exact }) => {
        assert.ok(2n ** BigInt(outcomes.bits) >= exact, `${outcomes.bits} bits for ${exact}`);
        assert.ok(Number(outcomes.microBits) / 1e6 >= log2(exact) - 1e-9 * log2(exact) - 1e-12);
      }),
      { numRuns: 2_000 },
    );
  });

  it('have at most a hundredth of a bit too many, and then whole ones', () => {
    fc.assert(
      fc.property(worked, ({ outcomes, exact, isSum }) => {
        // Of two kinds that are many, the larger is counted twice: a bit at most.
        if (isSum) return;
        assert.ok(
          Number(outcomes.microBits) / 1e6 <= log2(exact) + 0.01,
          `${outcomes.microBits} for ${exact}`,
        );
        assert.ok(outcomes.bits <= log2(exact) + 1.01);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are the same bits each time, and exact for powers of two', () => {
    for (let bits = 0; bits < 200; bits++) {
      assert.equal(Outcomes.ofBits(bits).bits, bits);
      assert.equal(Outcomes.of(2n ** BigInt(bits)).microBits, BigInt(bits) * 1_000_000n);
    }
    assert.equal(Outcomes.of(3).microBits, 1_584_963n);
    assert.equal(Outcomes.of(255).microBits, 7_994_354n);
    assert.equal(Outcomes.of(255).repeated(34).microBits, 7_994_354n * 34n);
    assert.equal(Outcomes.of(10).repeated(0).bits, 0);
  });

  it('count nothing as one more, even beside very many', () => {
    assert.equal(Outcomes.of(7).orNone().bits, 3);
    assert.equal(Outcomes.of(8).orNone().bits, 4);
    assert.equal(Outcomes.ofBits(61).orNone().bits, 62);
    assert.equal(Outcomes.ofBits(1_000_000).orNone().bits, 1_000_001);
    assert.equal(Outcomes.of(3).or(Outcomes.of(5)).bits, 3);
    assert.equal(Outcomes.ofBits(100).or(Outcomes.ofBits(100)).bits, 101);
  });
});
