import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { twinFeatures, twinLargestSlope, twinLogLoss, twinProbabilities, weightsOf } from './logisticTwin.ts';
import { readOnnx } from './onnxFile.ts';
import { predict } from './predict.ts';
import { metricsOf, run } from './programs.ts';
import { randomFrom } from './random.ts';
import { type TestColumn, tableFile } from './tableFile.ts';

interface Training {
  rows: number;
  converged: boolean;
  logLoss: number;
  accuracy: number;
  classes: string[];
}

const patients: TestColumn[] = [
  { name: 'age', numbers: [34, 51, 47, 29, 62, 38, 55, 43, 70, 26, 58, 41] },
  { name: 'dose', numbers: [1.5, NaN, 2.5, 0.5, 3, 1, 2, NaN, 4, 0.25, 3.5, 1.25] },
  { name: 'site', words: ['a', 'b', null, 'a', 'c', 'b', 'c', 'a', 'b', 'a', 'c', null] },
];
const healed = ['no', 'yes', 'no', 'no', 'yes', 'no', 'yes', 'yes', 'yes', 'no', 'no', 'no'];
const risk = ['low', 'mid', 'mid', 'low', 'high', 'low', 'mid', 'high', 'high', 'low', 'high', 'mid'];

// Made once with scikit-learn 1.2.1: LogisticRegression(C=1/0.5, tol=1e-14) on the same features.
const sklearnHealed = [0.1691163, 0.5835941, 0.3398486, 0.10519, 0.7530035, 0.2391306];
const sklearnRisk = [
  [0.121743, 0.7019602, 0.1762968],
  [0.2031619, 0.1285953, 0.6682428],
  [0.3458428, 0.0626002, 0.591557],
  [0.0101093, 0.9211672, 0.0687235],
];

const precise = { l2: 0.5, tolerance: 1e-10, maxIterations: 2000 };

async function train(columns: TestColumn[], target: TestColumn, params: object = precise) {
  const table = tableFile([...columns, target]);
  const ran = await run(
    'tabular-logistic',
    { target: target.name, ...params },
    { 'table.safetensors': table },
  );
  return { metrics: metricsOf<Training>(ran), model: ran.outputs.get('model.onnx')! };
}

function close(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual} is not within ${tolerance} of ${expected}`,
  );
}

/** Every row of `expected` is met to 1e-5. */
function allClose(actual: number[][], expected: number[][]): void {
  for (const [i, row] of expected.entries()) {
    for (const [k, p] of row.entries()) close(actual[i]![k]!, p, 1e-5, `row ${i}, class ${k}`);
  }
}

describe('tabular-logistic', () => {
  it('gives the probabilities of scikit-learn for two classes', async () => {
    const { model, metrics } = await train(patients, { name: 'healed', words: healed });
    const { probabilities } = await predict(model, patients);
    const second = probabilities.map(row => [row[1]!]);
    allClose(
      second,
      sklearnHealed.map(p => [p]),
    );
    assert.equal(metrics.converged, true);
    assert.deepEqual(metrics.classes, ['no', 'yes']);
  });

  it('gives the probabilities of scikit-learn for three classes', async () => {
    const { model } = await train(patients, { name: 'risk', words: risk });
    const { probabilities, labels } = await predict(model, patients);
    allClose(probabilities, sklearnRisk);
    assert.deepEqual(labels.slice(0, 5), ['low', 'mid', 'mid', 'low', 'high']);
  });

  it('ends where every slope of the loss is zero, and reports that loss', async () => {
    for (const classes of [2, 3, 7]) {
      const random = randomFrom(classes);
      const rows = 701;
      const columns = randomColumns(random, rows);
      const labels = Array.from({ length: rows }, () => Math.floor(random() * classes));
      const { model, metrics } = await train(columns, { name: 'y', words: labels.map(k => `class ${k}`) });
      const weights = weightsOf(readOnnx(model));
      const features = twinFeatures(columns);
      assert.ok(twinLargestSlope(weights, features, labels, 0.5) < 2e-7, `${classes} classes`);
      const probabilities = twinProbabilities(weights, features);
      close(metrics.logLoss, twinLogLoss(probabilities, labels), 1e-7, 'log loss');
      const right = probabilities.filter((p, i) => p.indexOf(Math.max(...p)) === labels[i]).length;
      assert.equal(metrics.accuracy, right / rows);
    }
  });

  it('writes a model that computes the same in onnxruntime, to 1e-5, for batches of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 2, max: 5 }), async (seed, classes) => {
        const random = randomFrom(seed);
        const rows = 40 + Math.floor(random() * 300);
        const columns = randomColumns(random, rows);
        const labels = Array.from({ length: rows }, (_, i) =>
          i < classes ? i : Math.floor(random() * classes),
        );
        const { model } = await train(columns, { name: 'y', words: labels.map(String) }, { l2: 1 });
        const expected = twinProbabilities(weightsOf(readOnnx(model)), twinFeatures(columns));
        const actual = await predict(model, columns);
        assert.equal(actual.probabilities.length, rows);
        allClose(actual.probabilities, expected);
        const alone = await predict(
          model,
          columns.map(column => firstRow(column)),
        );
        allClose(alone.probabilities, expected.slice(0, 1));
      }),
      { numRuns: 12 },
    );
  });

  it('stays with onnxruntime where numbers are large beside their spread', async () => {
    const random = randomFrom(9);
    const years = Array.from({ length: 200 }, () => 2000 + Math.floor(random() * 20));
    const columns: TestColumn[] = [
      { name: 'year', numbers: years },
      { name: 'tiny', numbers: years.map(() => random() * 1e-12) },
      { name: 'huge', numbers: years.map(() => 1e12 * (1 + random() * 1e-3)) },
    ];
    const target = years.map(year => (year + random() * 9 > 2012 ? 'late' : 'early'));
    const { model, metrics } = await train(columns, { name: 'y', words: target });
    const { probabilities } = await predict(model, columns);
    const labels = target.map(word => (word === 'early' ? 0 : 1));
    close(twinLogLoss(probabilities, labels), metrics.logLoss, 1e-5, 'log loss');
  });

  it('takes numeric targets as classes in ascending order, named by their shortest decimal', async () => {
    const target = { name: 'y', numbers: [10, 2.5, 10, -1, 0.1, 2.5, 10, -1, 0.1, 10, 2.5, NaN] };
    const { metrics, model } = await train(patients, target);
    assert.deepEqual(metrics.classes, ['-1', '0.1', '2.5', '10']);
    assert.equal(metrics.rows, 11);
    const { labels } = await predict(model, patients);
    assert.ok(labels.every(label => ['-1', '0.1', '2.5', '10'].includes(label)));
  });

  it('learns nothing from rows whose target is missing', async () => {
    const keep = [0, 1, 2, 4, 5, 6, 8, 9, 11];
    const holes = healed.map((word, i) => (keep.includes(i) ? word : null));
    const sparse = await train(patients, { name: 'healed', words: holes });
    const dense = await train(
      patients.map(column => chooseRows(column, keep)),
      { name: 'healed', words: keep.map(i => healed[i]!) },
    );
    assert.deepEqual(sparse.model, dense.model);
    assert.deepEqual(sparse.metrics, dense.metrics);
  });

  it('ignores excluded columns, also by name of an output', async () => {
    const label: TestColumn = { name: 'label', numbers: healed.map((_, i) => i) };
    const target = { name: 'healed', words: healed };
    const with_ = await train([...patients, label], target, { ...precise, exclude: ['label'] });
    assert.deepEqual(with_.model, (await train(patients, target)).model);
  });

  it('predicts missing numbers as the mean, and unknown or missing words as no word', async () => {
    const { model } = await train(patients, { name: 'healed', words: healed });
    const weights = weightsOf(readOnnx(model))[1]!;
    const predicted = await predict(model, [
      { name: 'age', numbers: [NaN, NaN, NaN, NaN] },
      { name: 'dose', numbers: [NaN, NaN, NaN, NaN] },
      { name: 'site', words: ['', '?', 'NA', 'elsewhere'] },
    ]);
    const expected = 1 / (1 + Math.exp(-weights[0]!));
    for (const row of predicted.probabilities) close(row[1]!, expected, 1e-6, 'intercept alone');
  });

  it('predicts unknown words as "other" where the table folded rare words into it', async () => {
    const sites = ['a', 'b', null, 'a', 'other', 'b', 'other', 'a', 'b', 'a', 'other', null];
    const { model } = await train([{ name: 'site', words: sites }], { name: 'healed', words: healed });
    const { probabilities } = await predict(model, [
      { name: 'site', words: ['other', 'elsewhere', '', '?', 'NA'] },
    ]);
    assert.deepEqual(probabilities[1], probabilities[0]);
    assert.notDeepEqual(probabilities[2], probabilities[0]);
    assert.deepEqual(probabilities[3], probabilities[2]);
    assert.deepEqual(probabilities[4], probabilities[2]);
  });

  it('copes with constant, empty and awkwardly named columns', async () => {
    const columns: TestColumn[] = [
      ...patients,
      { name: 'constant', numbers: healed.map(() => 7.3) },
      { name: 'empty', numbers: healed.map(() => NaN) },
      { name: 'no words', words: healed.map(() => null) },
      { name: 'koinon/features', numbers: healed.map((_, i) => i % 3) },
      { name: 'größe "x" \\ \n 🫀', words: healed.map((_, i) => ['α', '"', '\\'][i % 3]!) },
    ];
    const { model, metrics } = await train(columns, { name: 'healed', words: healed });
    assert.equal(metrics.converged, true);
    const expected = twinProbabilities(weightsOf(readOnnx(model)).map(dropEmptySlot), twinFeatures(columns));
    const { probabilities } = await predict(model, columns);
    allClose(probabilities, expected);
    // 'no words' keeps one slot in the file, which no row can set.
    function dropEmptySlot(weights: number[]): number[] {
      const slot = 1 + 5 + 3;
      return [...weights.slice(0, slot), ...weights.slice(slot + 1)];
    }
  });

  it('carries its own description in the model file', async () => {
    const { model } = await train(patients, { name: 'healed', words: healed });
    const file = readOnnx(model);
    assert.deepEqual(file.opsets, { '': 17, 'ai.onnx.ml': 3 });
    assert.deepEqual(JSON.parse(file.metadata['koinon.model']!), {
      version: 1,
      target: 'healed',
      classes: ['no', 'yes'],
      features: [
        { name: 'age', type: 'number' },
        { name: 'dose', type: 'number' },
        { name: 'site', type: 'category', categories: ['a', 'b', 'c'] },
      ],
      rows: 12,
    });
  });

  it('keeps the digits of small probabilities', async () => {
    const random = randomFrom(6);
    const x = Array.from({ length: 400 }, () => random() * 60 - 30);
    const words = x.map(value => (value + random() > 0.5 ? 'high' : 'low'));
    const { model } = await train(
      [{ name: 'x', numbers: x }],
      { name: 'y', words },
      { ...precise, l2: 0.01 },
    );
    const ends: TestColumn[] = [{ name: 'x', numbers: [-30, 30] }];
    const { probabilities } = await predict(model, ends);
    for (const row of probabilities) {
      const least = Math.min(...row);
      assert.ok(least > 0 && least < 1e-9, `${least}`);
    }
  });

  it('reports what a gate lets out, and neither a count of iterations nor of the rows of a class', async () => {
    const { metrics } = await train(patients, { name: 'healed', words: healed });
    const { logLoss, accuracy, ...rest } = metrics;
    const expected = { version: 2, kind: 'training', rows: 12, converged: true, classes: ['no', 'yes'] };
    assert.deepEqual(rest, expected);
    assert.ok(logLoss > 0 && accuracy > 0.5);
  });

  it('takes tables of many columns with long names and words into little memory', async () => {
    const rows = 40;
    const long = (i: number) => `${'a long name, "quoted" '.repeat(4)}${i}`;
    const columns: TestColumn[] = Array.from({ length: 561 }, (_, i) => ({
      name: long(i),
      numbers: Array.from({ length: rows }, (_, row) => (row * (i + 7)) % 13),
    }));
    const words = Array.from({ length: 600 }, (_, row) => long(row));
    const categories: TestColumn[] = ['a', 'b', 'c'].map(name => ({ name, words }));
    const label = (_: unknown, row: number) => (row % 3 ? 'no' : 'yes');
    for (const [features, labels] of [
      [columns, Array.from({ length: rows }, label)],
      [categories, words.map(label)],
    ] as const) {
      const table = tableFile([...features, { name: 'y', words: labels }]);
      const params = { target: 'y', maxIterations: 3 };
      const ran = await run('tabular-logistic', params, { 'table.safetensors': table }, { memoryPages: 128 });
      assert.equal(ran.exitCode, 0, ran.stderr);
    }
  });

  it('says so when it did not converge', async () => {
    const { metrics } = await train(
      patients,
      { name: 'healed', words: healed },
      { ...precise, maxIterations: 2 },
    );
    assert.equal(metrics.converged, false);
  });

  it('cuts long work into steps of bounded fuel', async () => {
    const random = randomFrom(4);
    const rows = 20_000;
    const columns = randomColumns(random, rows);
    const labels = Array.from({ length: rows }, () => Math.floor(random() * 9));
    const table = tableFile([...columns, { name: 'y', words: labels.map(String) }]);
    const params = { target: 'y', tolerance: 1e-9, l2: 0.1 };
    const ran = await run(
      'tabular-logistic',
      params,
      { 'table.safetensors': table },
      { stepFuel: 2_000_000_000n },
    );
    assert.ok(metricsOf<Training>(ran).converged);
    assert.ok(ran.steps > 3, `${ran.steps} steps`);
    assert.ok(ran.fuelUsed > 2_000_000_000n);
  });

  it('ends without a penalty on separable rows, where no optimum exists', async () => {
    const { metrics } = await train(
      [{ name: 'x', numbers: [1, 2, 3, 4] }],
      { name: 'y', words: ['a', 'a', 'b', 'b'] },
      { l2: 0, maxIterations: 50 },
    );
    assert.ok(metrics.logLoss < 1e-3);
    assert.equal(metrics.accuracy, 1);
  });
});

function randomColumns(random: () => number, rows: number): TestColumn[] {
  const cells = (make: () => number) => Array.from({ length: rows }, () => (random() < 0.05 ? NaN : make()));
  const words = (count: number) =>
    Array.from({ length: rows }, () => (random() < 0.05 ? null : `w${Math.floor(random() * count)}`));
  return [
    { name: 'a', numbers: cells(() => random() * 100 - 20) },
    { name: 'b', numbers: cells(() => Math.floor(random() * 3)) },
    { name: 'c', words: words(4) },
    { name: 'd', numbers: cells(() => 1e6 + random() * 1e6) },
    { name: 'e', words: words(9) },
  ];
}

function chooseRows(column: TestColumn, rows: number[]): TestColumn {
  return 'numbers' in column
    ? { name: column.name, numbers: rows.map(i => column.numbers[i]!) }
    : { name: column.name, words: rows.map(i => column.words[i]!) };
}

function firstRow(column: TestColumn): TestColumn {
  return chooseRows(column, [0]);
}
