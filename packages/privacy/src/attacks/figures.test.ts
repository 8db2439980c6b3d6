import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Manifest, type Policy, utf8 } from '@koinon/protocol';
import {
  description,
  evaluation,
  gate,
  group,
  inputs,
  manifest,
  measuring,
  policy,
  rawJson,
  training,
} from '../../test/samples.ts';
import { digitsOf, log2, numberOf, numberOfDigits, secret, turned } from '../../test/secret.ts';
import { reviewTerms } from '../authorise/checkPolicy.ts';
import { boundOf } from '../bound/boundOf.ts';
import { LOSS_VALUES } from '../figures/figures.ts';

const metrics = (told: unknown) => gate({ 'metrics.json': rawJson(told) }).released.get('metrics.json');
const measured = (told: unknown, own: Parameters<typeof gate>[1] = {}) =>
  gate({ 'e.json': rawJson(told) }, { manifest: evaluating, ...own }).released.get('e.json');
const evaluating: Manifest = {
  ...measuring,
  outputs: [{ name: 'e.json', class: 'evaluation', maxBytes: 50_000 }],
};

/** Nothing gets through: one file, whichever the secret. */
function carriesNothing(write: (bytes: Uint8Array) => Uint8Array | undefined): void {
  const [first, second] = [write(secret), write(turned)];
  assert.ok(first !== undefined);
  assert.deepEqual(first, second);
}

describe('a program that writes rows into its figures', () => {
  it('cannot by the digits of a figure past its grid', () => {
    carriesNothing(bytes =>
      metrics({
        ...training,
        logLoss: LOSS_VALUES[99]! + bytes[0]! / 1e6 + bytes[1]! / 1e9,
        accuracy: 0.875 + bytes[2]! / 1e6 + bytes[3]! / 1e9,
      }),
    );
  });

  it('cannot by the number of iterations, rows of classes, or members of its own', () => {
    carriesNothing(bytes =>
      metrics({
        ...training,
        iterations: Number(numberOf(bytes.subarray(0, 6))),
        rows: bytes[0],
        classes: [{ label: String(bytes[9]), rows: bytes[8] }],
        [`cell ${bytes[4]}`]: [...bytes.subarray(0, 64)],
      }),
    );
  });

  it('cannot by how its JSON is spelled', () => {
    carriesNothing(bytes => {
      const spaces = [...bytes.subarray(0, 50)].map(byte => ' \t\n\r'[byte & 3]).join('');
      const members = ['"converged":true', `"accuracy":${bytes[0]! & 1 ? '0.5' : '5e-1'}`, '"logLoss":0.25'];
      if (bytes[1]! & 1) members.reverse();
      return gate({
        'metrics.json': utf8.encode(`${spaces}{${members.join(`,${spaces}`)}}${spaces}`),
      }).released.get('metrics.json');
    });
  });

  it('cannot by inventing groups or counts, or by choosing which of the hidden ones to tell', () => {
    carriesNothing(bytes =>
      measured(
        evaluation([
          ...['f', 'm'].map(sex => ({
            ...group('sex', sex),
            rows: numberOf(bytes.subarray(0, 6)).toString(),
          })),
          ...[...bytes.subarray(0, 40)].flatMap((byte, i) => [
            { ...group('age', `${byte}`), rows: i },
            { ...group('site', `${byte}`), rows: i },
          ]),
          // Island has four rows, and the measures that are claimed of it would be anything.
          { ...group('site', 'island', { accuracy: bytes[0]! / 255, logLoss: bytes[1]! / 25 }), rows: 1e6 },
          ...(bytes[2]! & 1 ? [group('site', '(missing)')] : []),
        ]),
      ),
    );
  });

  it('cannot by whole files: sixty-four of them are refused before, and one leaves if they were not', () => {
    const outputs: Manifest['outputs'] = Array.from({ length: 64 }, (_, i) => ({
      name: `m${i + 10}.json`,
      class: 'metrics',
      maxBytes: 10_000,
    }));
    const many = { ...manifest, outputs };
    assert.ok(reviewTerms(many, policy, description).refusals.some(({ code }) => code === 'K_POLICY_CLASS'));
    const written = new Map(
      outputs.map(({ name }, i) => [name, rawJson({ ...training, logLoss: LOSS_VALUES[secret[i]! % 235] })]),
    );
    assert.equal(gate(written, { manifest: many }).released.size, 1);
  });

  it('can by the figures themselves, up to the bound and not a bit beyond: it is nearly all used', () => {
    // Two groups of twenty, and the group of rows without a value that the gate hides.
    const fine: Policy = { ...policy, ratePermille: 1, groups: ['sex'] };
    const rates = 1_002;
    const losses = LOSS_VALUES.length + 1;
    const bases = [0, 1, 2].flatMap(() => [rates, losses, rates, rates]);
    const { digits, told, capacity } = digitsOf(numberOf(secret), bases);
    const figuresAt = (at: number) => {
      const [accuracy, logLoss, rocAuc, calibration] = digits.slice(4 * at, 4 * at + 4) as [
        number,
        number,
        number,
        number,
      ];
      const rate = (digit: number) => (digit === rates - 1 ? null : digit / 1_000);
      return {
        accuracy: rate(accuracy),
        logLoss: logLoss === losses - 1 ? null : LOSS_VALUES[logLoss],
        rocAuc: rate(rocAuc),
        expectedCalibrationError: rate(calibration),
      };
    };
    const file = measured(
      evaluation([group('sex', 'f', figuresAt(1)), group('sex', 'm', figuresAt(2))], figuresAt(0)),
      { policy: fine, inputs },
    )!;
    const json = JSON.parse(utf8.decode(file)) as {
      overall: Record<string, number | null>;
      groups: Record<string, number | null>[];
    };
    const digit = (value: number | null | undefined) =>
      typeof value === 'number' ? Math.round(value * 1_000) : rates - 1;
    const decoded = [json.overall, ...json.groups.slice(0, 2)].flatMap(each => [
      digit(each['accuracy']),
      each['logLoss'] === null ? losses - 1 : LOSS_VALUES.indexOf(each['logLoss']!),
      digit(each['rocAuc']),
      digit(each['expectedCalibrationError']),
    ]);
    assert.equal(numberOfDigits(decoded, bases), told);
    const { terms } = boundOf(fine, evaluating, description)!;
    // Four groups are counted, since nobody outside knows that one is hidden: three of four quarters come through.
    assert.ok(log2(capacity) <= terms[0]!.bits);
    assert.ok(log2(capacity) >= (0.95 * (terms[0]!.bits * 3)) / 4);
  });
});
