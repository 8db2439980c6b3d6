import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Manifest } from '@koinon/protocol';
import { description, manifest, measuring, policy } from '../../test/samples.ts';
import { boundOf } from './boundOf.ts';

const bits = (changed: Partial<Manifest>, base = manifest) =>
  boundOf(policy, { ...base, ...changed }, description)!.bits;

/** The whole product, multiplied out by hand. */
const LOSSES = 236n;
const RATES = 202n;
const MODEL = 255n ** 8n * 4n;
const METRICS = 2n * LOSSES * RATES;
const MEASURES = RATES ** 3n * LOSSES;
/** Files or a failure at one of 22 instants, or never; then one of four answers of the auditor, or never. */
const seen = (files: bigint) => ((files + 1n) * 22n + 1n) * (4n * 22n + 1n);
const ceilLog2 = (value: bigint) => (value - 1n).toString(2).length;

describe('the bound of a job', () => {
  it('is the logarithm of everything anybody outside can see, rounded up once', () => {
    assert.equal(bits({}), ceilLog2(seen((MODEL + 1n) * (METRICS + 1n))));
    assert.equal(bits({}, measuring), ceilLog2(seen(MEASURES ** 8n + 1n)));
    assert.equal(bits({ params: { target: 'ill', groupBy: [] } }, measuring), ceilLog2(seen(MEASURES + 1n)));
    assert.equal(bits({ outputs: [] }), ceilLog2(seen(1n)));
  });

  it('adds up from its terms', () => {
    for (const job of [manifest, measuring]) {
      const bound = boundOf(policy, job, description)!;
      const sum = bound.terms.reduce((total, term) => total + term.bits, 0);
      assert.ok(bound.bits >= sum - 1e-6 && bound.bits < sum + 1, `${bound.bits} and ${sum}`);
      assert.deepEqual(
        bound.terms.map(({ kind, name }) => name ?? kind),
        [...job.outputs.map(({ name }) => name), 'outcome', 'report'],
      );
    }
  });

  it('follows from target, columns left out, groups and outputs, and from nothing else of a manifest', () => {
    const least = bits({});
    assert.ok(bits({ params: { target: 'site' } }) > least);
    assert.ok(bits({ params: { target: 'ill', exclude: ['site'] } }) < least);
    assert.ok(bits({ outputs: manifest.outputs.slice(1) }) < least);
    assert.ok(
      bits({ params: { target: 'ill', groupBy: ['sex'] } }, measuring) <
        bits({ params: { target: 'ill', groupBy: ['sex', 'site'] } }, measuring),
    );
    // A word that the policy does not name is no group, and a number never is.
    assert.equal(
      bits({ params: { target: 'ill', groupBy: ['sex', 'age', 'ill', 'nobody', 7] } }, measuring),
      bits({ params: { target: 'ill', groupBy: ['sex'] } }, measuring),
    );
    for (const same of [
      { seed: new Uint8Array(32).fill(9) },
      { timeMs: 12 },
      { params: { target: 'ill', l2: 3, iterations: 1e6 } },
    ]) {
      assert.equal(bits(same), least);
    }
  });

  it('grows with the precision the policy allows, and with the bytes of what leaves as it is', () => {
    const of = (own: object) => boundOf({ ...policy, ...own }, manifest, description)!.bits;
    assert.ok(of({ weightBits: 9 }) > of({}));
    assert.ok(of({ ratePermille: 1 }) > of({}));
    const rows = (maxBytes: number) => bits({ outputs: [{ name: 'rows', class: 'table', maxBytes }] });
    assert.ok(rows(1_000) >= 8_000 && rows(1_000) < 8_000 + 14);
    assert.equal(rows(1_001) - rows(1_000), 8);
  });

  it('is not known where the target is no column of words, unless nothing needs one', () => {
    for (const target of ['age', 'nobody', '', null, 7, undefined]) {
      const params = target === undefined ? {} : { target };
      assert.equal(boundOf(policy, { ...manifest, params }, description), undefined);
      const rows = [{ name: 'rows', class: 'table' as const, maxBytes: 100 }];
      assert.ok(boundOf(policy, { ...manifest, params, outputs: rows }, description)!.bits > 800);
    }
  });
});
