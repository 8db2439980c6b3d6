import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Measures, twinMeasures } from './evaluateTwin.ts';
import { metricsOf, run } from './programs.ts';
import { randomFrom } from './random.ts';
import { predictionsFile, type TestColumn, tableFile } from './tableFile.ts';

type Group = { column: string; value: string; rows: number | null } & {
  [K in keyof Measures]: number | null;
};
interface Evaluation {
  rows: number;
  classes: string[];
  overall: Measures & { rows: number };
  groups: Group[];
}

async function evaluate(columns: TestColumn[], predictions: Uint8Array, params: object): Promise<Evaluation> {
  const inputs = { 'table.safetensors': tableFile(columns), 'predictions.safetensors': predictions };
  return metricsOf<Evaluation>(await run('tabular-evaluate', params, inputs));
}

function assertMeasures(actual: Group | Measures, expected: Measures): void {
  for (const name of ['accuracy', 'logLoss', 'rocAuc', 'expectedCalibrationError'] as const) {
    const [a, e] = [actual[name], expected[name]];
    const isClose = a === null || e === null ? a === e : Math.abs(a - e) < 1e-9 * Math.max(1, Math.abs(e));
    assert.ok(isClose, `${name}: ${a} instead of ${e}`);
  }
}

/** Probabilities on a coarse grid, so that ties, zeros and ones occur, and some labels that are not the largest. */
function randomCase(seed: number, classes: number, rows: number) {
  const random = randomFrom(seed);
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  const probabilities = Array.from({ length: rows }, () => {
    const parts = names.map(() => Math.floor(random() * 5));
    const total = parts.reduce((a, b) => a + b, 0);
    return parts.map(part => Math.fround(total === 0 ? 1 / classes : part / total));
  });
  const labels = probabilities.map(row => (random() < 0.1 ? 0 : row.indexOf(Math.max(...row))));
  const truth = probabilities.map(() => Math.floor(random() * (classes + 1)) - (random() < 0.3 ? 1 : 0));
  const known = truth.map(k => (k >= 0 && k < classes ? k : -1));
  const words = truth.map(k => (k < 0 ? 'never seen' : (names[k] ?? 'new')));
  const sites = probabilities.map(() => (random() < 0.1 ? null : `site ${Math.floor(random() ** 3 * 6)}`));
  return { names, probabilities, labels, truth: known, words, sites };
}

describe('tabular-evaluate', () => {
  it('agrees with the definitions of all four measures, overall and in each group', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 2, max: 5 }), async (seed, classes) => {
        const { names, probabilities, labels, truth, words, sites } = randomCase(seed, classes, 120);
        const columns: TestColumn[] = [
          { name: 'site', words: sites },
          { name: 'y', words },
        ];
        const params = { target: 'y', groupBy: ['site'], bins: 15, minGroupRows: 1 };
        const metrics = await evaluate(columns, predictionsFile(names, probabilities, labels), params);
        assert.deepEqual(metrics.classes, names);
        assertMeasures(metrics.overall, twinMeasures(probabilities, labels, truth, 15));
        const values = [...[...new Set(sites.filter(site => site !== null))].sort(), null];
        assert.deepEqual(
          metrics.groups.map(group => group.value),
          values.filter(value => sites.includes(value)).map(value => value ?? '(missing)'),
        );
        for (const group of metrics.groups) {
          const rows = sites.flatMap((site, i) => ((site ?? '(missing)') === group.value ? [i] : []));
          assert.equal(group.rows, rows.length);
          const choose = <T>(all: T[]) => rows.map(i => all[i]!);
          assertMeasures(group, twinMeasures(choose(probabilities), choose(labels), choose(truth), 15));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives a tie half a win', async () => {
    const predictions = predictionsFile(
      ['n', 'p'],
      [0.5, 0.5, 0.5, 0.5].map(p => [1 - p, p]),
    );
    const metrics = await evaluate([{ name: 'y', words: ['n', 'p', 'p', 'n'] }], predictions, {
      target: 'y',
    });
    assert.equal(metrics.overall.rocAuc, 0.5);
  });

  it('leaves out rows without a target', async () => {
    const predictions = predictionsFile(
      ['n', 'p'],
      [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.6, 0.4],
      ],
    );
    const metrics = await evaluate([{ name: 'y', words: ['n', null, 'p'] }], predictions, { target: 'y' });
    assert.equal(metrics.rows, 2);
    assert.equal(metrics.overall.accuracy, 0.5);
  });

  it('counts a class the model does not know as wrong, at the least probability', async () => {
    const predictions = predictionsFile(
      ['n', 'p'],
      [
        [1, 0],
        [0, 1],
      ],
    );
    const metrics = await evaluate([{ name: 'y', words: ['other', 'p'] }], predictions, { target: 'y' });
    assert.equal(metrics.overall.accuracy, 0.5);
    assert.ok(Math.abs(metrics.overall.logLoss - -Math.log(1e-15) / 2) < 1e-12);
    assert.equal(metrics.overall.rocAuc, null);
  });

  it('reads a numeric target by the names training gave its values', async () => {
    const predictions = predictionsFile(
      ['-1', '0.1', '10'],
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
    );
    const metrics = await evaluate([{ name: 'y', numbers: [-1, 0.1, 10, 3] }], predictions, { target: 'y' });
    assert.equal(metrics.overall.accuracy, 0.75);
  });

  it('shows nothing of groups under the minimum, nor of what subtraction would give', async () => {
    const sites = [
      ...Array(20).fill('big'),
      ...Array(12).fill('middle'),
      ...Array(3).fill('small'),
    ] as string[];
    const predictions = predictionsFile(
      ['n', 'p'],
      sites.map((_, i) => (i % 3 ? [0.3, 0.7] : [0.8, 0.2])),
    );
    const columns: TestColumn[] = [
      { name: 'site', words: sites },
      { name: 'y', words: sites.map((_, i) => (i % 2 ? 'n' : 'p')) },
    ];
    const params = { target: 'y', groupBy: ['site'], minGroupRows: 10 };
    const { groups } = await evaluate(columns, predictions, params);
    assert.deepEqual(
      groups.map(({ value, rows }) => [value, rows]),
      [
        ['big', 20],
        ['(suppressed)', 15],
      ],
    );
    const { accuracy, logLoss, rocAuc, expectedCalibrationError } = groups[1]!;
    assert.deepEqual([accuracy, logLoss, rocAuc, expectedCalibrationError], [null, null, null, null]);
  });

  it('does not count the suppressed rows where they all stay under the minimum', async () => {
    const predictions = predictionsFile(
      ['n', 'p'],
      [
        [0.3, 0.7],
        [0.8, 0.2],
      ],
    );
    const columns: TestColumn[] = [
      { name: 'site', words: ['a', 'b'] },
      { name: 'y', words: ['n', 'p'] },
    ];
    const { groups } = await evaluate(columns, predictions, { target: 'y', groupBy: ['site'] });
    assert.deepEqual(
      groups.map(({ value, rows }) => [value, rows]),
      [['(suppressed)', null]],
    );
  });
});
