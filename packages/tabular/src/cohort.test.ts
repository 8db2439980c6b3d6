import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DESCRIPTION_KEY, readDescription, sha256, toHex } from '@koinon/protocol';
import fc from 'fast-check';
import { croissant } from './croissant.ts';
import { describeTable, publishedBits } from './describeTable.ts';
import { inferSchema } from './inferSchema.ts';
import { mockTable } from './mockTable.ts';
import { parseTable } from './parseTable.ts';
import { formatCsv, type RawTable, tableOfRows } from './rawTable.ts';
import { splitRows } from './splitRows.ts';
import { COHORT_TARGET, syntheticCohort } from './syntheticCohort.ts';
import { buildTable, encodeTable } from './table.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const cohort = parseTable(bytes(syntheticCohort({ rows: 4000, seed: 7 })));
const share = (raw: RawTable, of: string, where?: readonly [string, string]) => {
  let all = 0;
  let yes = 0;
  for (let row = 0; row < raw.rows; row++) {
    if (where !== undefined && raw.cell(row, raw.columns.indexOf(where[0])) !== where[1]) continue;
    all++;
    if (raw.cell(row, raw.columns.indexOf(of)) === 'yes') yes++;
  }
  return yes / all;
};
const rowsOf = (raw: RawTable) => formatCsv(raw).split('\n').slice(1, -1);

describe('syntheticCohort', () => {
  it('is the same text for the same seed on every machine', () => {
    const text = syntheticCohort({ rows: 500, seed: 1 });
    assert.equal(text, syntheticCohort({ rows: 500, seed: 1 }));
    assert.notEqual(text, syntheticCohort({ rows: 500, seed: 2 }));
    assert.equal(toHex(sha256(bytes(text))).slice(0, 18), '0x78ebdc084d5098cb');
  });

  it('can be used as it is, and has signal, missing cells and groups that differ', () => {
    assert.deepEqual(inferSchema(cohort, { target: COHORT_TARGET }).warnings, []);
    const overall = share(cohort, COHORT_TARGET);
    assert.ok(overall > 0.25 && overall < 0.45, `${overall}`);
    const ofPain = (pain: string) => share(cohort, COHORT_TARGET, ['chest_pain_type', pain]);
    assert.ok(ofPain('typical') > 2 * ofPain('none'));
    const ofSex = (sex: string) => share(cohort, COHORT_TARGET, ['sex', sex]);
    assert.ok(ofSex('male') > ofSex('female') + 0.1);
    const cholesterol = cohort.columns.indexOf('cholesterol');
    const missing = Array.from({ length: cohort.rows }, (_, row) => cohort.cell(row, cholesterol)).filter(
      c => c === '',
    );
    assert.ok(missing.length > 0.03 * cohort.rows && missing.length < 0.2 * cohort.rows);
  });
});

describe('splitRows', () => {
  const seed = new Uint8Array(32).fill(3);

  it('puts every row into one part, keeps class shares, and follows from the seed', () => {
    const parts = splitRows(cohort, { publicShare: 0.2, seed, target: COHORT_TARGET });
    assert.equal(parts.public.rows, 800);
    assert.deepEqual([...rowsOf(parts.private), ...rowsOf(parts.public)].sort(), rowsOf(cohort).sort());
    assert.ok(Math.abs(share(parts.public, COHORT_TARGET) - share(cohort, COHORT_TARGET)) < 0.002);
    const again = splitRows(cohort, { publicShare: 0.2, seed, target: COHORT_TARGET });
    assert.deepEqual(rowsOf(again.public), rowsOf(parts.public));
    const other = splitRows(cohort, { publicShare: 0.2, seed: new Uint8Array(32), target: COHORT_TARGET });
    assert.notDeepEqual(rowsOf(other.public), rowsOf(parts.public));
  });

  it('leaves rows of every class on both sides, and a lone row private', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 40 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (labels, publicShare) => {
          const raw = tableOfRows(
            ['y'],
            labels.map(label => [label]),
          );
          const parts = splitRows(raw, { publicShare, seed: 5, target: 'y' });
          for (const label of new Set(labels)) {
            const count = labels.filter(other => other === label).length;
            const left = rowsOf(parts.private).filter(other => other === label).length;
            assert.ok(left >= 1);
            assert.ok(count === 1 || left < count);
          }
        },
      ),
    );
  });

  it('draws each row about equally often', () => {
    const raw = tableOfRows(
      ['x'],
      Array.from({ length: 10 }, (_, i) => [`${i}`]),
    );
    const drawn = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      for (const row of rowsOf(splitRows(raw, { publicShare: 0.3, seed: i }).public)) {
        drawn.set(row, (drawn.get(row) ?? 0) + 1);
      }
    }
    for (const count of drawn.values()) assert.ok(count > 480 && count < 720, `${[...drawn]}`);
  });

  it('refuses seeds and shares that make no split', () => {
    assert.throws(() => splitRows(cohort, { publicShare: 0.2, seed: new Uint8Array(3) }), {
      code: 'K_BAD_SEED',
    });
    for (const publicShare of [0, 1, Number.NaN]) {
      assert.throws(() => splitRows(cohort, { publicShare, seed }), { code: 'K_TABLE_SPLIT' });
    }
  });
});

describe('what is told about a private table', () => {
  const schema = inferSchema(cohort, { target: COHORT_TARGET });
  const table = buildTable(cohort, schema, { minCategoryRows: 10 });
  const description = describeTable(table, { target: COHORT_TARGET, ranges: { age: [18, 95] } });

  it('has no cell: tables that differ in all numbers but little in mean and deviation have one description', () => {
    const columns = table.columns.map(column =>
      column.type === 'number'
        ? { ...column, values: column.values.map(value => 1.003 * value + 0.001) }
        : column,
    );
    const describedAs = describeTable(
      { ...table, columns },
      { target: COHORT_TARGET, ranges: { age: [18, 95] } },
    );
    assert.deepEqual(describedAs, description);
    assert.equal(publishedBits(description), 5 * 14);
  });

  it('yields a mock of the same columns that encodes with the same schema', () => {
    const mock = mockTable(description, { rows: 50, seed: 1 });
    assert.deepEqual(mock.columns, cohort.columns);
    assert.equal(rowsOf(mock).length, 50);
    const reread = parseTable(bytes(formatCsv(mock)));
    const mockSchema = inferSchema(reread, { target: COHORT_TARGET });
    assert.deepEqual(mockSchema.columns, schema.columns);
    encodeTable(reread, mockSchema);
    for (let row = 0; row < 50; row++) {
      const age = mock.cell(row, 0);
      assert.ok(age === '' || (Number(age) >= 18 && Number(age) <= 95));
      const bmi = mock.cell(row, mock.columns.indexOf('bmi'));
      assert.ok(bmi === '' || (Number(bmi) >= 20 && Number(bmi) <= 36), bmi);
      assert.notEqual(mock.cell(row, mock.columns.indexOf(COHORT_TARGET)), '');
    }
  });

  it('yields mocks within two units of any centre, or in any stated range, to the last digit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -127, max: 127 }),
        fc.integer({ min: -32, max: 31 }),
        fc.option(
          fc.tuple(
            fc.double({ min: -1e6, max: 0, noNaN: true }),
            fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
          ),
        ),
        (units, exponent, stated) => {
          const unit = 2 ** exponent;
          const grid = { centre: units * unit, unit };
          const range = stated ?? undefined;
          const shape = { version: 2, approximateRows: 0, approximateHeldBackRows: 0 } as const;
          const column = {
            name: 'a',
            type: 'number',
            grid,
            ...(range === undefined ? {} : { range }),
          } as const;
          const mock = mockTable({ ...shape, columns: [column] }, { rows: 20, seed: 1 });
          const [low, high] = range ?? [(units - 2) * unit, (units + 2) * unit];
          const numbers = Array.from({ length: 20 }, (_, row) => mock.cell(row, 0)).filter(
            text => text !== '',
          );
          for (const text of numbers) assert.ok(Number(text) >= low && Number(text) <= high, text);
          if (range === undefined) assert.ok(new Set(numbers).size > 5, `${numbers}`);
        },
      ),
    );
  });

  it('becomes a Croissant record with all required fields and no digest of the private bytes', () => {
    const record = croissant({
      name: 'cohort',
      description: 'An invented cohort.',
      license: 'https://creativecommons.org/licenses/by/4.0/',
      url: 'koinon:dataset/1',
      creator: { type: 'Organization', name: 'Example hospital' },
      datePublished: '2026-11-22',
      table: description,
      contentRoot: `0x${'11'.repeat(32)}`,
      mock: { cid: 'bafkmock', sha256: `0x${'22'.repeat(32)}`, bytes: 100 },
      duoTerms: ['DUO_0000042'],
    });
    for (const field of [
      '@context',
      '@type',
      'conformsTo',
      'name',
      'description',
      'license',
      'url',
      'creator',
      'datePublished',
    ]) {
      assert.ok(record[field], field);
    }
    const text = JSON.stringify(record);
    assert.ok(text.includes('"sha256":"2222'));
    assert.ok(!text.includes(toHex(sha256(encodeTable(cohort, schema))).slice(2)));
    assert.deepEqual(readDescription(record), description);
    assert.deepEqual(
      Object.keys(record).filter(key => key.startsWith('koinon:')),
      ['koinon:contentRoot', 'koinon:publicRows', DESCRIPTION_KEY],
    );
    assert.equal(record['koinon:publicRows'], 0);
    const [rows] = record['recordSet'] as [{ field: { '@id': string }[] }];
    assert.deepEqual(
      rows.field.map(field => field['@id']),
      cohort.columns.map(name => `rows/${name}`),
    );
  });
});
