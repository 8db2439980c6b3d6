import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { linearFacts, settings } from '../../test/arbitraries.ts';
import { manifest, policy } from '../../test/samples.ts';
import { modelNumbers } from './modelNumbers.ts';

describe('the numbers of a model', () => {
  it('are as many as a model has facts', () => {
    fc.assert(
      fc.property(
        settings({ min: 4, max: 24 }).chain(each => fc.tuple(fc.constant(each), linearFacts(each))),
        ([{ policy, description, target }, { intercepts, weights, exponent }]) => {
          const told = modelNumbers(
            policy,
            { ...manifest, params: { target: target.name } },
            { ...description, target: target.name },
          );
          assert.equal(told, [exponent, intercepts, weights].flat(2).length);
        },
      ),
    );
  });

  it('are unknown where no model of a known class can come out', () => {
    const description = { version: 2 as const, approximateRows: 40, approximateHeldBackRows: 0, columns: [] };
    assert.equal(modelNumbers(policy, manifest, description), undefined);
  });
});
