import test from 'node:test';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { assertLikeTwin } from '../testing/compare.ts';
import { randomProgram } from '../testing/randomProgram.ts';

test('any program leaves the bytes and the fuel of its twin that canonicalises and counts at every instruction', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      assertLikeTwin(randomProgram(seed));
    }),
    { numRuns: cases(100, 1_000) },
  );
});
