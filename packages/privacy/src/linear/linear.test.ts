import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex } from '@koinon/protocol';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { linearFacts, settings, spellingOf, spellings } from '../../test/arbitraries.ts';
import { modelBytes, modelSample, scoresOfFacts } from '../../test/modelSample.ts';
import { description, policy, settingFor } from '../../test/samples.ts';
import { Outcomes } from '../bound/outcomes.ts';
import { gateReasons, Withheld } from '../gate/reasons.ts';
import type { Setting } from '../gate/setting.ts';
import { isKnownModel } from './isKnownModel.ts';
import { type LinearFacts, linearOutcomes, slotsOf, stepsOf } from './linearFacts.ts';
import { readLinear } from './readLinear.ts';
import { writeLinear } from './writeLinear.ts';

const all = { min: 4, max: 24 };
/** Where a layout's own float32 rounding stays far from half a step. */
const coarse = { min: 4, max: 10 };
const facts = (bytes: Uint8Array, setting: Setting): LinearFacts => {
  const { isClipped: _, ...read } = readLinear(bytes, setting);
  return read;
};
const setting = settingFor();
const withheld = (reason: string) => (error: unknown) => error instanceof Withheld && error.reason === reason;

describe('linear models', () => {
  it('are read as the facts they were written from, at every precision', () => {
    fc.assert(
      fc.property(
        settings(all).chain(each => fc.tuple(fc.constant(each), linearFacts(each))),
        ([each, made]) => {
          assert.deepEqual(facts(writeLinear(made, each), each), made);
        },
      ),
    );
  });

  it('leave as the same bytes in whatever layout and spelling they were written', () => {
    fc.assert(
      fc.property(
        settings(coarse).chain(each => fc.tuple(fc.constant(each), linearFacts(each), spellings)),
        ([each, made, spelling]) => {
          const written = modelBytes(modelSample(scoresOfFacts(made, each), each, spelling));
          assert.deepEqual(writeLinear(readLinear(written, each), each), writeLinear(made, each));
        },
      ),
      { numRuns: cases(100, 1_000) },
    );
  });

  it('really come in many layouts above: no two alike, most of another length', () => {
    const made = { exponent: 0, intercepts: [3], weights: [[1, -2, 3, 40, 0, 0, 127]] };
    const files = Array.from({ length: 100 }, (_, seed) =>
      modelBytes(modelSample(scoresOfFacts(made, setting), setting, spellingOf(seed))),
    );
    assert.equal(new Set(files.map(toHex)).size, 100);
    assert.ok(new Set(files.map(file => file.length)).size > 50);
  });

  it('are rounded to the nearest step, and set to the largest where they are beyond it', () => {
    const of = (intercept: number, weight: number) =>
      readLinear(
        modelBytes(
          modelSample(
            [
              [0, 0],
              [intercept, weight],
            ],
            one(8),
          ),
        ),
        one(8),
      );
    const step = 4 / 127;
    assert.deepEqual(of(0.7 * 2 * step, -1.4 * step), {
      exponent: 0,
      intercepts: [1],
      weights: [[-1]],
      isClipped: false,
    });
    assert.deepEqual(of(0, 31), { exponent: 3, intercepts: [0], weights: [[123]], isClipped: false });
    assert.deepEqual(of(-65, 40), { exponent: 3, intercepts: [-127], weights: [[127]], isClipped: true });
  });

  it('of a tiny class are as many as counted: every one of their facts tried', () => {
    for (const tiny of [one(4), words(4, cases(1, 2))]) {
      const files = new Set<string>();
      const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
      let tried = 0;
      for (const each of every(tiny)) {
        tried++;
        const bytes = writeLinear(each, tiny);
        files.add(key(bytes));
        if (tried % 97 === 0) assert.deepEqual(writeLinear(readLinear(bytes, tiny), tiny), bytes);
      }
      const counted = linearOutcomes(tiny).orNone();
      assert.equal(counted.bits, Outcomes.of(tried + 1).bits);
      // Small models stand in the count once for each exponent; they are one file. No whole bit is lost by it.
      assert.ok(files.size + 1 <= 2 ** counted.bits);
      assert.ok(files.size + 1 > 2 ** (counted.bits - 1), `${files.size} of 2^${counted.bits}`);

      // And nothing else leaves, whatever is read: models off the grid, beyond it and in other layouts.
      const slots = slotsOf(tiny.features);
      const number = fc.oneof(fc.double({ min: -70, max: 70, noNaN: true }), fc.float({ noNaN: true }));
      fc.assert(
        fc.property(
          fc.array(number, { minLength: 1 + slots, maxLength: 1 + slots }),
          spellings,
          (scores, spelling) => {
            const written = modelBytes(modelSample([scores.map(() => 0), scores], tiny, spelling));
            let read: LinearFacts;
            try {
              read = readLinear(written, tiny);
            } catch (error) {
              assert.ok(withheld(gateReasons.notFinite)(error));
              return;
            }
            assert.ok(files.has(key(writeLinear(read, tiny))));
          },
        ),
      );
    }
  });

  it('need exactly the classes the description has, and columns of its names and types', () => {
    const sample = modelSample(scoresOfFacts(zero, setting), setting);
    const last = sample.nodes.at(-1)!;
    const labelled = (texts: string[]) => ({
      ...sample,
      nodes: [
        ...sample.nodes.slice(0, -1),
        { ...last, attributes: { ...last.attributes, classlabels_strings: { texts } } },
      ],
    });
    const read = (changed: typeof sample) => () => readLinear(modelBytes(changed), setting);
    for (const labels of [
      ['no', 'maybe'],
      ['no', 'no'],
      ['yes', 'YES'],
    ])
      assert.throws(read(labelled(labels)), withheld(gateReasons.unknownName));
    assert.throws(read(labelled(['no'])), withheld(gateReasons.unknownClass));
    for (const name of ['ill', 'patient-17', '', 'AGE'])
      assert.throws(
        read({ ...sample, inputs: [...sample.inputs, [name, true]] }),
        withheld(gateReasons.unknownName),
      );
    const swapped = sample.inputs.map(([name, isNumber]) => [name, !isNumber] as const);
    assert.throws(read({ ...sample, inputs: swapped }), withheld(gateReasons.unknownName));
  });

  it('are nothing else: other operators, other scores and what changes a file\u2019s meaning are refused', () => {
    const sample = modelSample(scoresOfFacts(zero, setting), setting);
    const last = sample.nodes.at(-1)!;
    const tree = { ...last, operator: 'TreeEnsembleClassifier' };
    const changes = {
      operator: { ...sample, nodes: [...sample.nodes.slice(0, -1), tree] },
      'two classifiers': { ...sample, nodes: [...sample.nodes, last] },
      'no classifier': { ...sample, nodes: sample.nodes.slice(0, -1) },
      logistic: {
        ...sample,
        nodes: [
          ...sample.nodes.slice(0, -1),
          { ...last, attributes: { ...last.attributes, post_transform: { text: 'LOGISTIC' } } },
        ],
      },
      'a row through another axis': {
        ...sample,
        nodes: sample.nodes.map(node =>
          node.operator === 'Concat' ? { ...node, attributes: { axis: { int: 0n } } } : node,
        ),
      },
      'an initialiser': { ...sample, extraGraph: [[5, 'weights']] as const },
      'a function': { ...sample, extraModel: [[25, 'function']] as const },
      'outputs of other names': { ...sample, outputs: ['a', 'b'] as const },
    };
    for (const [what, changed] of Object.entries(changes)) {
      assert.throws(() => readLinear(modelBytes(changed), setting), withheld(gateReasons.unknownClass), what);
    }
  });

  it('may be measured where they are of a known class, rounded or not', () => {
    const bytes = modelBytes(
      modelSample(
        [
          [0, 0, 0, 0, 0, 0, 0, 0],
          [1, 1e-9, 2, 3, 4, 5, 6, 1e30],
        ],
        setting,
      ),
    );
    assert.equal(isKnownModel(bytes, description, 'ill'), true);
    assert.equal(isKnownModel(bytes, description, 'sex'), false);
    assert.equal(isKnownModel(bytes, description, 'age'), false);
    assert.equal(isKnownModel(bytes, description, undefined), false);
    assert.equal(isKnownModel(new Uint8Array(), description, 'ill'), false);
    assert.equal(isKnownModel(bytes.slice(1), description, 'ill'), false);
  });
});

const zero: LinearFacts = { exponent: 0, intercepts: [0], weights: [[0, 0, 0, 0, 0, 0, 0]] };

/** Two classes from one number. */
function one(weightBits: number): Setting {
  const columns = description.columns.filter(({ name }) => name === 'age' || name === 'ill');
  return settingFor({ policy: { ...policy, weightBits }, description: { ...description, columns } });
}

/** Two classes from one column of words. */
function words(weightBits: number, count: number): Setting {
  const columns = description.columns
    .filter(({ name }) => name === 'sex' || name === 'ill')
    .map(column =>
      column.name === 'sex' && column.type === 'category'
        ? { ...column, dictionary: column.dictionary.slice(0, count) }
        : column,
    );
  return settingFor({ policy: { ...policy, weightBits }, description: { ...description, columns } });
}

/** All facts of a setting of two classes, spelled in every way. */
function* every({ policy: { weightBits }, features }: Setting): Generator<LinearFacts> {
  const steps = stepsOf(weightBits);
  const levels = Array.from({ length: 2 * steps + 1 }, (_, i) => i - steps);
  const lists = (length: number): number[][] =>
    length === 0 ? [[]] : lists(length - 1).flatMap(list => levels.map(level => [...list, level]));
  for (const [intercept, ...weights] of lists(1 + slotsOf(features))) {
    for (let exponent = 0; exponent < 4; exponent++)
      yield { exponent, intercepts: [intercept!], weights: [weights] };
  }
}
