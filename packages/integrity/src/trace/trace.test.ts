import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hex, sha256, toHex, ZERO_32 } from '@koinon/protocol';
import fc from 'fast-check';
import { firstDifference, outcomeAfter, outcomeAt, PAST_THE_END, type Trace } from './outcomes.ts';
import { searchStep } from './searchStep.ts';
import { isStepOf, stepClaim, traceRoot } from './stepClaim.ts';

const root = (n: number): Hex => toHex(sha256(Uint8Array.of(n)));
const trace = (numbers: number[], fuel = 1n): Trace => ({
  roots: numbers.map(root),
  end: { exitCode: 0, fuel, rawOutput: ZERO_32 },
});
const numbers = fc.array(fc.nat(3), { minLength: 1, maxLength: 20 });

test('traces differ first where their lists do, even when they meet again', () => {
  assert.equal(firstDifference(trace([1, 2, 3, 4]), trace([1, 9, 3, 4])), 1);
  assert.equal(firstDifference(trace([1, 2]), trace([1, 2])), undefined);
  assert.equal(firstDifference(trace([1, 2], 5n), trace([1, 2], 6n)), 1);
  assert.equal(firstDifference(trace([1, 2]), trace([1, 2, 3])), 1);
  assert.equal(firstDifference(trace([1, 2, 3]), trace([1, 2])), 1);
});

test('what a difference finds is common before it and different at it', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [mine, theirs] = [trace(a), trace(b)];
      const at = firstDifference(mine, theirs);
      if (at === undefined) return assert.deepEqual(a, b);
      assert.deepEqual(a.slice(0, at), b.slice(0, at));
      assert.notEqual(outcomeAt(mine, at), outcomeAt(theirs, at));
    }),
  );
});

test('past the end of the right execution there is one outcome that all jurors vote', () => {
  assert.equal(outcomeAt(trace([1]), 7), PAST_THE_END);
  assert.notEqual(outcomeAt(trace([1]), 0), PAST_THE_END);
});

test('jurors find the step by the state it starts from', () => {
  const given = trace([1, 2, 3]);
  assert.equal(outcomeAfter(given, ZERO_32), outcomeAt(given, 0));
  assert.equal(outcomeAfter(given, root(2)), outcomeAt(given, 2));
  assert.equal(outcomeAfter(given, root(3)), PAST_THE_END);
  assert.equal(outcomeAfter(given, root(9)), PAST_THE_END);
});

test('every step of a trace can be claimed; a claim with another root or place cannot', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(255), { minLength: 1, maxLength: 40 }), fc.nat(), (list, seed) => {
      const roots = list.map(root);
      const committed = traceRoot(roots);
      const claim = stepClaim(roots, seed % roots.length);
      assert.ok(isStepOf(committed, claim));
      assert.ok(!isStepOf(committed, { ...claim, root: ZERO_32 }));
      assert.ok(!isStepOf(committed, { ...claim, index: claim.index + 1n }));
      assert.ok(!isStepOf(traceRoot([...roots, ZERO_32]), claim));
      if (claim.index > 0n) assert.ok(!isStepOf(committed, { ...claim, previousRoot: ZERO_32 }));
    }),
  );
});

test('single demanded roots lead to a step with right input and wrong outcome, in log2 of them', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [mine, theirs] = [trace(a, 1n), trace(b, 2n)];
      const served = new Map<number, Hex>();
      for (let asked = 0; ; asked++) {
        const search = searchStep(mine, b.length, served);
        if ('step' in search) {
          assert.ok(asked <= Math.ceil(Math.log2(b.length + 1)));
          assert.notEqual(outcomeAt(mine, search.step), outcomeAt(theirs, search.step));
          if (search.step > 0) assert.equal(theirs.roots[search.step - 1], mine.roots[search.step - 1]);
          return;
        }
        served.set(search.ask, theirs.roots[search.ask]!);
      }
    }),
  );
});
