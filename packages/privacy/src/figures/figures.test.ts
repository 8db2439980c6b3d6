import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { utf8 } from '@koinon/protocol';
import fc from 'fast-check';
import { policy, rawJson, settingFor } from '../../test/samples.ts';
import {
  type Level,
  LOSS_VALUES,
  lossLevel,
  lossOf,
  lossOutcomes,
  rateLevel,
  rateOf,
  rateOutcomes,
} from './figures.ts';
import { FIGURES_MAX_BYTES, readObject } from './readObject.ts';
import { readTraining, type TrainingFacts, trainingOutcomes, writeTraining } from './training.ts';

const anything = fc.oneof(
  fc.double(),
  fc.double({ min: -0.5, max: 1.5 }),
  fc.integer(),
  fc.constantFrom(null, true, false, '0.5', 'row 17', [0.5], { valueOf: 1 }, undefined),
);
const permilles = fc.integer({ min: 1, max: 100 });
const tiny = settingFor({ policy: { ...policy, ratePermille: 100 } });

describe('figures', () => {
  it('stand on their grid, whatever a program wrote, and next to what it wrote', () => {
    fc.assert(
      fc.property(anything, permilles, (value, permille) => {
        const rate = rateOf(rateLevel(value, permille), permille);
        const loss = lossOf(lossLevel(value));
        if (typeof value !== 'number' || !Number.isFinite(value)) {
          assert.deepEqual([rate, loss], [null, null]);
          return;
        }
        const inside = Math.min(1, Math.max(0, value));
        assert.ok(
          Math.abs(rate! - Math.min(inside, rateOf(Math.floor(1000 / permille), permille)!)) <=
            permille / 2000 + 1e-12,
        );
        assert.ok(LOSS_VALUES.every(other => Math.abs(other - value) >= Math.abs(loss! - value) - 1e-12));
      }),
    );
  });

  it('are read as the level they were written from, and are as many as counted', () => {
    for (let permille = 1; permille <= 100; permille++) {
      const rates = new Set<number | null>([null]);
      for (let level = 0; level * permille <= 1000; level++) {
        assert.equal(rateLevel(rateOf(level, permille), permille), level);
        rates.add(rateOf(level, permille));
      }
      for (let i = -10; i <= 2_010; i++)
        assert.ok(rates.has(rateOf(rateLevel(i / 2_000, permille), permille)));
      assert.equal(rateOutcomes(permille).bits, Math.ceil(Math.log2(rates.size)));
    }
    for (const [level, loss] of LOSS_VALUES.entries()) assert.equal(lossLevel(loss), level);
    assert.equal(LOSS_VALUES.length, 235);
    assert.deepEqual([LOSS_VALUES[0], LOSS_VALUES.at(-1)!.toFixed(1)], [0.01, '10.1']);
    assert.equal(lossOutcomes().bits, 8);
  });

  it('have steps of three in a hundred, ascending', () => {
    for (let i = 1; i < LOSS_VALUES.length; i++) {
      const ratio = LOSS_VALUES[i]! / LOSS_VALUES[i - 1]!;
      assert.ok(ratio > 1.029 && ratio < 1.031);
    }
  });
});

describe('what a program tells of its training', () => {
  const facts = (bytes: Uint8Array) => readTraining(bytes, tiny);

  it('is as many files as counted, every one of its facts tried, and each is read as its facts', () => {
    const files = new Set<string>();
    for (const made of every()) {
      const bytes = writeTraining(made, tiny);
      assert.deepEqual(facts(bytes), made);
      files.add(Buffer.from(bytes).toString('latin1'));
    }
    assert.equal(files.size, 2 * 236 * 12);
    assert.equal(trainingOutcomes(tiny).bits, Math.ceil(Math.log2(files.size)));

    // And nothing else leaves.
    fc.assert(
      fc.property(anything, anything, anything, fc.jsonValue(), (converged, logLoss, accuracy, other) => {
        const bytes = rawJson({ other, converged, logLoss, accuracy, iterations: other });
        assert.ok(files.has(Buffer.from(writeTraining(facts(bytes), tiny)).toString('latin1')));
      }),
    );
  });

  it('has no counts, digits, names or words of the program', () => {
    const told = { converged: true, logLoss: 0.3, accuracy: 0.9 };
    const plain = writeTraining(facts(rawJson(told)), tiny);
    const more = rawJson({
      ...told,
      logLoss: 0.300_000_012_345,
      accuracy: 0.899_999,
      iterations: 734_512,
      rows: 17,
      classes: [{ label: 'patient 17', rows: 1 }],
      'cell 17': 'ill',
    });
    assert.deepEqual(writeTraining(facts(more), tiny), plain);
    assert.deepEqual(JSON.parse(utf8.decode(plain)), {
      version: 2,
      kind: 'training',
      rows: 40,
      classes: ['no', 'yes'],
      converged: true,
      logLoss: LOSS_VALUES[lossLevel(0.3)!],
      accuracy: 0.9,
    });
  });

  it('is nothing where no JSON object was written', () => {
    for (const text of ['', ' ', 'null', '[]', '7', '"text"', '{', '{}{}', 'NaN', '\u0000{}'])
      assert.throws(() => readObject(utf8.encode(text)), { reason: 'schema' }, text);
    assert.throws(() => readObject(Uint8Array.of(0x7b, 0xff, 0x7d)), { reason: 'schema' });
    assert.throws(() => readObject(new Uint8Array(FIGURES_MAX_BYTES + 1)), { reason: 'size-cap' });
    assert.deepEqual(facts(rawJson({})), { converged: false, logLoss: null, accuracy: null });
    assert.deepEqual(facts(utf8.encode('{"__proto__":{"accuracy":1},"logLoss":1e999}')), {
      converged: false,
      logLoss: null,
      accuracy: null,
    });
  });

  function* every(): Generator<TrainingFacts> {
    const levels = (count: number): Level[] => [null, ...Array.from({ length: count }, (_, i) => i)];
    for (const converged of [false, true])
      for (const logLoss of levels(LOSS_VALUES.length))
        for (const accuracy of levels(11)) yield { converged, logLoss, accuracy };
  }
});
