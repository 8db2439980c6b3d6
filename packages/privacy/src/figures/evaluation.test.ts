import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TableDescription, utf8 } from '@koinon/protocol';
import { tableBytes } from '@koinon/tabular';
import fc from 'fast-check';
import {
  columns,
  description,
  evaluation,
  fates,
  gate,
  group,
  measuring,
  policy,
  rawJson,
  settingFor,
  table,
} from '../../test/samples.ts';
import { countTable } from '../gate/tableCounts.ts';
import { type EvaluationFacts, evaluationOutcomes, readEvaluation, writeEvaluation } from './evaluation.ts';
import { type Level, LOSS_VALUES } from './figures.ts';

interface Written {
  rows: number;
  classes: string[];
  overall: Record<string, number | null>;
  groups: Record<string, number | string | null>[];
}
const inputs = new Map([['table.safetensors', table]]);
const release = (told: unknown, own: Parameters<typeof gate>[1] = {}): Written | undefined => {
  const bytes = gate({ 'evaluation.json': rawJson(told) }, { manifest: measuring, ...own }).released.get(
    'evaluation.json',
  );
  return bytes && (JSON.parse(utf8.decode(bytes)) as Written);
};
const everyGroup = [
  group('sex', 'f'),
  group('sex', 'm'),
  group('sex', '(missing)'),
  group('site', 'harbour'),
  group('site', 'island'),
  group('site', 'north'),
  group('site', '(missing)'),
];
const shown = (written: Written) =>
  written.groups.filter(({ accuracy }) => accuracy !== null).map(({ column, value }) => `${column} ${value}`);

describe('an evaluation', () => {
  it('has measures of those groups only that stand in the minimum of rows, by the gate\u2019s own count', () => {
    const written = release(evaluation(everyGroup))!;
    assert.deepEqual(shown(written), ['sex f', 'sex m', 'site harbour']);
    assert.deepEqual(
      written.groups.map(({ column, value }) => `${column} ${value}`),
      everyGroup.map(({ column, value }) => `${column} ${value}`),
    );
    for (const claimed of [0, 10, 1e9, -1, '10', null])
      assert.deepEqual(release(evaluation(everyGroup.map(each => ({ ...each, rows: claimed })))), written);
  });

  it('hides one group more where the rest would speak of fewer rows than the minimum', () => {
    // 16 harbour, 15 north and 9 others: what harbour and north do not say is about 9 rows, so the smaller goes too.
    assert.deepEqual(shown(release(evaluation(everyGroup))!).includes('site north'), false);
    const lower = { ...policy, minGroupRows: 9 };
    assert.deepEqual(shown(release(evaluation(everyGroup), { policy: lower })!), [
      'sex f',
      'sex m',
      'site harbour',
      'site north',
    ]);
  });

  it('counts only rows that have a value in the target', () => {
    const ill = columns.map(column =>
      column.name === 'ill' && column.type === 'category'
        ? { ...column, codes: column.codes.map((code, i) => (i % 2 === 0 && i > 16 ? -1 : code)) }
        : column,
    );
    const own = { inputs: new Map([['table.safetensors', tableBytes({ rows: 40, columns: ill })]]) };
    // Of 28 rows 9 are of one sex: neither can be told. At the harbour are 16, and elsewhere 12.
    assert.deepEqual(shown(release(evaluation(everyGroup), own)!), ['site harbour']);
  });

  it('is not released over fewer rows than the minimum', () => {
    const few = { ...policy, minGroupRows: 41 };
    const run = gate({ 'evaluation.json': rawJson(evaluation([])) }, { manifest: measuring, policy: few });
    assert.deepEqual(fates(run), ['evaluation.json stayed too-few-rows']);
  });

  it('names nothing the description does not, and no group that job and policy do not both name', () => {
    const cells = ['69.5', 'patient 17', '', '__proto__', 'other'];
    const told = evaluation([
      ...everyGroup,
      ...cells.map(cell => group('age', cell)),
      ...cells.map(cell => group(cell, cell)),
      group('ill', 'yes'),
      group('bmi', '21.25'),
    ]);
    const written = release({ ...told, classes: cells, secret: cells, overall: { ...told.overall, cells } })!;
    assert.deepEqual(written, release(evaluation(everyGroup)));
    assert.deepEqual(Object.keys(written).sort(), [
      'classes',
      'groups',
      'kind',
      'overall',
      'rows',
      'version',
    ]);
    const one = { ...policy, groups: ['site', 'age', 'ill'] };
    assert.deepEqual(
      new Set(release(told, { policy: one })!.groups.map(({ column }) => column)),
      new Set(['site']),
    );
    const none = { ...measuring, params: { target: 'ill' } };
    assert.deepEqual(release(told, { manifest: none })!.groups, []);
  });

  it('says how many rows there are as the description does, and of groups not at all', () => {
    const rough: TableDescription = { ...description, approximateRows: 30 };
    const written = release(evaluation(everyGroup), { description: rough })!;
    assert.equal(written.rows, 30);
    assert.equal(written.overall['rows'], 30);
    assert.ok(written.groups.every(({ rows }) => rows === null));
  });

  it('does not leave when the table is another than the one described, or none', () => {
    const renamed = columns.map(column => (column.name === 'bmi' ? { ...column, name: 'weight' } : column));
    const reworded = columns.map(column =>
      column.name === 'site' && column.type === 'category'
        ? { ...column, dictionary: ['harbour', 'island', 'patient 17'] }
        : column,
    );
    const others = {
      renamed: tableBytes({ rows: 40, columns: renamed }),
      reworded: tableBytes({ rows: 40, columns: reworded }),
      'a column less': tableBytes({ rows: 40, columns: columns.slice(1) }),
      'another order': tableBytes({ rows: 40, columns: [...columns].reverse() }),
      'no table': utf8.encode('age,sex\n30,f\n'),
      nothing: new Uint8Array(),
    };
    for (const [what, bytes] of Object.entries(others)) {
      const run = gate(
        { 'evaluation.json': rawJson(evaluation([])) },
        { manifest: measuring, inputs: new Map([['table.safetensors', bytes]]) },
      );
      assert.deepEqual(fates(run), ['evaluation.json stayed inconsistent'], what);
    }
    assert.equal(release(evaluation([]), { inputs: new Map() }), undefined);
  });

  it('is a function of its facts: what else is told, twice or in another order, is nothing', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...everyGroup], { minLength: 7 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (groups, other) => {
          const told = evaluation([...groups.map(each => ({ ...other, ...each })), other]);
          assert.deepEqual(release({ ...other, ...told }), release(evaluation(everyGroup)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is as many files as counted: each measure in turn through all of its levels', () => {
    const tiny = settingFor({
      manifest: { ...measuring, params: { target: 'ill' } },
      policy: { ...policy, ratePermille: 100 },
    });
    const counts = countTable(measuring, inputs, description)!;
    const files = new Set<string>();
    const levels = (count: number): Level[] => [null, ...Array.from({ length: count }, (_, i) => i)];
    const put = (overall: EvaluationFacts['overall']) => {
      const facts = { overall, groups: [] };
      const bytes = writeEvaluation(facts, tiny);
      files.add(Buffer.from(bytes).toString('latin1'));
      if (files.size % 50 === 0)
        assert.deepEqual(readEvaluation(bytes, tiny, counts), { ...facts, isCut: false });
    };
    const few: Level[] = [null, 0, 100, 234];
    for (const accuracy of levels(11))
      for (const rocAuc of levels(11))
        for (const expectedCalibrationError of levels(11))
          for (const logLoss of few) put({ accuracy, logLoss, rocAuc, expectedCalibrationError });
    assert.equal(files.size, 12 ** 3 * few.length);
    files.clear();
    for (const logLoss of levels(LOSS_VALUES.length))
      put({ accuracy: 3, logLoss, rocAuc: null, expectedCalibrationError: 0 });
    assert.equal(files.size, 236);
    // The four are written side by side, so their numbers multiply.
    assert.equal(evaluationOutcomes(tiny).bits, Math.ceil(Math.log2(12 ** 3 * 236)));
  });
});
