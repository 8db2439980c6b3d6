import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runOnnx } from '@koinon/executors/onnx';
import fc from 'fast-check';
import * as ort from 'onnxruntime-web';
import { type Layout, type LinearFacts, linearModel, plainLayout } from './linearModel.ts';
import { onnxBytes } from './onnxWriter.ts';
import { metricsOf, run } from './programs.ts';
import { randomFrom } from './random.ts';
import { type TestColumn, tableFile } from './tableFile.ts';

ort.env.wasm.numThreads = 1;

type Measures = Record<'accuracy' | 'logLoss' | 'rocAuc' | 'expectedCalibrationError', number | null>;
interface Evaluation {
  rows: number;
  classes: string[];
  overall: Measures;
  groups: (Measures & { column: string; value: string; rows: number | null })[];
}

/** Metrics of the model itself, and those of what onnxruntime predicts with it. */
async function bothWays(
  model: Uint8Array,
  table: Uint8Array,
  params: object,
): Promise<[Evaluation, Evaluation]> {
  const inputs = { 'table.safetensors': table };
  const own = metricsOf<Evaluation>(
    await run('tabular-evaluate', params, { ...inputs, 'model.onnx': model }),
  );
  const limits = { fuel: 1e15, stepFuel: 1e15, memoryPages: 1024, callDepth: 100, outputBytes: 2 ** 24 };
  const job = {
    manifest: { params: {}, limits },
    program: model,
    inputs: new Map([['table.safetensors', table]]),
  };
  const predicted = await runOnnx(ort, job);
  assert.equal(predicted.exitCode, 0, predicted.stderr);
  const predictions = predicted.outputs.get('predictions.safetensors')!;
  const ran = await run('tabular-evaluate', params, { ...inputs, 'predictions.safetensors': predictions });
  return [own, metricsOf<Evaluation>(ran)];
}

function assertSame(
  actual: Measures,
  expected: Measures,
  names: readonly (keyof Measures)[],
  what: string,
  tolerance = 1e-6,
): void {
  for (const name of names) {
    const [a, e] = [actual[name], expected[name]];
    const isClose =
      a === null || e === null ? a === e : Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
    assert.ok(isClose, `${what}, ${name}: ${a} instead of ${e}`);
  }
}

const allMeasures = ['accuracy', 'logLoss', 'rocAuc', 'expectedCalibrationError'] as const;

/** Cells of which some are missing and some words are none the model knows. */
function randomTable(
  random: () => number,
  rows: number,
  facts: Pick<LinearFacts, 'classes' | 'numbers' | 'categories'>,
): TestColumn[] {
  const rowsOf = <T>(make: (row: number) => T) => Array.from({ length: rows }, (_, row) => make(row));
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)]!;
  return [
    ...facts.numbers.map(({ name, offset, scale }) => ({
      name,
      numbers: rowsOf(() => (random() < 0.1 ? NaN : offset + (random() * 3 - 1.5) / scale)),
    })),
    ...facts.categories.map(({ name, words }) => ({
      name,
      words: rowsOf(() => (random() < 0.1 ? null : random() < 0.1 ? 'never seen' : pick(words))),
    })),
    { name: 'id', words: rowsOf(row => `row ${row}`) },
    {
      name: 'y',
      words: rowsOf(() => (random() < 0.05 ? null : random() < 0.05 ? 'new' : pick(facts.classes))),
    },
  ];
}

function randomFacts(random: () => number, classCount: number): LinearFacts {
  const list = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const numbers = list(Math.floor(random() * 5), i => {
    const [offset, scale] = [random() * 100 - 50, 10 ** (random() * 4 - 2)];
    return { name: `number ${i}`, fill: offset + random() / scale, offset, scale };
  });
  const categories = list(Math.floor(random() * 4) + (numbers.length === 0 ? 1 : 0), i => {
    const words = list(1 + Math.floor(random() * 6), k => `w${k}`);
    return {
      name: `category ${i}`,
      words,
      unknown: random() < 0.5 ? -1 : Math.floor(random() * words.length),
    };
  });
  const width = 1 + numbers.length + categories.reduce((sum, { words }) => sum + words.length, 0);
  return {
    target: 'y',
    classes: list(classCount, k => `class ${k}`),
    numbers,
    categories,
    weights: list(classCount, () => list(width, () => random() * 4 - 2)),
  };
}

describe('tabular-evaluate with a model', () => {
  it('measures a trained model as evaluating the predictions of onnxruntime does', async () => {
    for (const classes of [2, 3, 9]) {
      const random = randomFrom(classes);
      const rows = 900;
      const cells = (make: () => number) =>
        Array.from({ length: rows }, () => (random() < 0.05 ? NaN : make()));
      const words = (count: number, more: string[]) =>
        Array.from({ length: rows }, () =>
          random() < 0.05 ? null : (more[Math.floor(random() * 40)] ?? `w${Math.floor(random() * count)}`),
        );
      const columns = (isNew: boolean): TestColumn[] => [
        { name: 'a', numbers: cells(() => random() * 100 - 20) },
        { name: 'site', words: words(4, ['other', ...(isNew ? ['elsewhere'] : [])]) },
        { name: 'year', numbers: cells(() => 2000 + Math.floor(random() * 20)) },
        { name: 'b', numbers: cells(() => Math.floor(random() * 3)) },
        { name: 'drug', words: words(30, isNew ? ['unknown'] : []) },
        { name: 'empty', words: Array.from({ length: rows }, () => null) },
        {
          name: 'y',
          words: Array.from({ length: rows }, (_, i) =>
            i % 17 ? `class ${Math.floor(random() ** 2 * classes)}` : null,
          ),
        },
      ];
      const trained = await run(
        'tabular-logistic',
        { target: 'y' },
        { 'table.safetensors': tableFile(columns(false)) },
      );
      assert.equal(trained.exitCode, 0, trained.stderr);
      const model = trained.outputs.get('model.onnx')!;
      const params = { target: 'y', groupBy: ['site', 'drug'] };
      const [own, expected] = await bothWays(model, tableFile(columns(true)), params);
      assert.deepEqual([own.rows, own.classes], [expected.rows, expected.classes]);
      assertSame(own.overall, expected.overall, allMeasures, `${classes} classes`);
      assert.ok(own.groups.length > 8);
      for (const [i, group] of own.groups.entries()) {
        const other = expected.groups[i]!;
        assert.deepEqual([group.column, group.value, group.rows], [other.column, other.value, other.rows]);
        assertSame(group, other, allMeasures, `${group.column} ${group.value}`);
      }
    }
  });

  it('gives each row the probability that onnxruntime gives it, for any layout of the graph', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 2, max: 6 }),
        fc.record<Layout>({ apart: fc.boolean(), packed: fc.boolean(), categoriesFirst: fc.boolean() }),
        async (seed, classes, layout) => {
          const random = randomFrom(seed);
          const facts = randomFacts(random, classes);
          const model = onnxBytes(linearModel(facts, layout));
          const table = tableFile(randomTable(random, 300, facts));
          // A group of one row has its log loss: the probability of its class.
          const params = { target: 'y', groupBy: ['id'], minGroupRows: 1 };
          const [own, expected] = await bothWays(model, table, params);
          assertSame(own.overall, expected.overall, ['logLoss', 'expectedCalibrationError'], 'overall');
          assert.equal(own.groups.length, own.rows);
          for (const [i, group] of own.groups.entries()) {
            assert.equal(group.value, expected.groups[i]!.value);
            // Scores are some tens, so that the last of their 24 bits is some millionths.
            assertSame(group, expected.groups[i]!, ['accuracy', 'logLoss'], group.value, 1e-5);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says the same of the same model, however its file is laid out', async () => {
    const random = randomFrom(5);
    const facts = randomFacts(random, 3);
    const table = tableFile(randomTable(random, 200, facts));
    const metrics = async (layout: Layout) => {
      const inputs = { 'table.safetensors': table, 'model.onnx': onnxBytes(linearModel(facts, layout)) };
      const ran = await run('tabular-evaluate', { target: 'y' }, inputs);
      return Buffer.from(ran.outputs.get('metrics.json')!).toString();
    };
    const expected = await metrics(plainLayout);
    assert.match(expected, /"logLoss":\d/);
    assert.equal(await metrics({ ...plainLayout, packed: true }), expected);
    assert.equal(await metrics({ ...plainLayout, apart: true }), expected);
  });

  it('cuts long work into steps of bounded fuel', async () => {
    const random = randomFrom(8);
    const rows = 60_000;
    const numbers = Array.from({ length: 20 }, (_, i) => ({ name: `n${i}`, fill: 0, offset: 0, scale: 1 }));
    const classes = Array.from({ length: 64 }, (_, k) => `class ${k}`);
    const weights = classes.map(() => [0, ...numbers.map(() => random() - 0.5)]);
    const model = onnxBytes(linearModel({ target: 'y', classes, numbers, categories: [], weights }));
    const columns: TestColumn[] = [
      ...numbers.map(({ name }) => ({ name, numbers: Array.from({ length: rows }, random) })),
      { name: 'site', words: Array.from({ length: rows }, () => `s${Math.floor(random() * 9)}`) },
      { name: 'y', words: Array.from({ length: rows }, () => classes[Math.floor(random() * 64)]!) },
    ];
    const inputs = { 'table.safetensors': tableFile(columns), 'model.onnx': model };
    const params = { target: 'y', groupBy: ['site'] };
    const stepFuel = 2_000_000_000n;
    const ran = await run('tabular-evaluate', params, inputs, { stepFuel, memoryPages: 1024 });
    assert.equal(metricsOf<Evaluation>(ran).groups.length, 9);
    assert.ok(ran.steps > 3, `${ran.steps} steps`);
    assert.ok(ran.fuelUsed > stepFuel);
  });
});
