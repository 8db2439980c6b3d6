import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import { type InferOptions, inferSchema } from './inferSchema.ts';
import { parseTable } from './parseTable.ts';

const table = (text: string) => parseTable(new TextEncoder().encode(text));
const column = (name: string, cells: readonly string[], options: InferOptions = {}) =>
  inferSchema(table(`${name},n\n${cells.map((cell, i) => `"${cell}",${i % 3}`).join('\n')}\n`), options);
const typeOf = (cells: readonly string[]) => column('x', cells).columns[0]!.type;
const refuses = (run: () => unknown, code: string, message: RegExp, next = /./) =>
  assert.throws(
    run,
    (error: unknown) =>
      error instanceof KoinonError &&
      error.code === code &&
      message.test(error.message) &&
      next.test(error.next ?? ''),
  );
const words = (count: number) => Array.from({ length: count }, (_, i) => `word ${i}`);

describe('inferSchema', () => {
  it('reads a column as numbers only when every present cell is a plain decimal', () => {
    assert.equal(typeOf(['1', '-2.5', '', '+.5e-3', '7.', '?']), 'number');
    for (const odd of ['0x10', '1_000', '1,5', '1 000', '12 kg', 'one', '1e', '.', '--1', '٣']) {
      assert.equal(typeOf(['1', '2', odd]), 'category', odd);
    }
  });

  it('names the nearest column when the target is missing', () => {
    const raw = table('age,heart_disease\n1,yes\n2,no\n');
    refuses(
      () => inferSchema(raw, { target: 'heartdisease' }),
      'K_TABLE_NO_SUCH_COLUMN',
      /did you mean "heart_disease"/,
      /"age", "heart_disease"/,
    );
    refuses(() => inferSchema(raw, { target: 'zzzzzzz' }), 'K_TABLE_NO_SUCH_COLUMN', /"zzzzzzz"$/);
  });

  it('refuses a target of one class, of none, or one that is a quantity', () => {
    const cells = (list: readonly string[]) => () => column('y', list, { target: 'y' });
    refuses(cells(['yes', 'yes', '']), 'K_TABLE_ONE_CLASS', /"yes" in every row/);
    refuses(cells(['', '?', 'NA']), 'K_TABLE_ONE_CLASS', /no values/);
    refuses(cells(words(30).map((_, i) => `${i}.5`)), 'K_TABLE_TARGET_NOT_A_CLASS', /30 different numbers/);
    refuses(cells(words(65)), 'K_TABLE_TARGET_NOT_A_CLASS', /65 different words/);
    refuses(cells(['1', '0', 'NaN']), 'K_TABLE_NOT_FINITE', /line 4/);
    assert.equal(column('y', ['0', '1', '0'], { target: 'y' }).columns[0]!.type, 'category');
  });

  it('refuses a column of text and says how to leave it out', () => {
    const cells = words(30);
    refuses(
      () => column('notes of visit', cells),
      'K_TABLE_TEXT_COLUMN',
      /30 different/,
      /--exclude 'notes of visit'/,
    );
    const schema = inferSchema(
      table(`a,t,y\n${cells.map((cell, i) => `${i},${cell},${i % 2}`).join('\n')}`),
      {
        target: 'y',
        exclude: ['t'],
      },
    );
    assert.deepEqual(
      schema.columns.map(({ name }) => name),
      ['a', 'y'],
    );
    refuses(() => column('x', ['a', 'b', 'w'.repeat(201)]), 'K_TABLE_TEXT_COLUMN', /text/);
  });

  it('says why a column of numbers became text', () => {
    const decimals = Array.from({ length: 20 }, (_, i) => `${i},5`);
    refuses(() => column('x', decimals), 'K_TABLE_TEXT_COLUMN', /decimal comma/);
    const stray = [...Array.from({ length: 20 }, (_, i) => `${i}.5`), '<0.1'];
    refuses(() => column('x', stray), 'K_TABLE_TEXT_COLUMN', /line 22 has "<0.1"/);
  });

  it('refuses NaN, infinities and numbers beyond float32 in a column of numbers', () => {
    for (const cell of ['NaN', '-inf', 'Infinity', '1e39', '-1e400']) {
      refuses(() => column('x', ['1', cell, '2']), 'K_TABLE_NOT_FINITE', /line 3/);
    }
    assert.equal(typeOf(['3e38', '1']), 'number');
  });

  it('refuses formulas and control characters in words', () => {
    for (const cell of ['=1+1', '@SUM(A1)', '+cmd|x!A', '-2+3+cmd|x']) {
      refuses(() => column('x', ['a', cell, 'a']), 'K_TABLE_FORMULA', /line 3/);
    }
    assert.equal(typeOf(['-unknown', '+ positive', '@home']), 'category');
    refuses(() => column('x', ['a', 'b\nc', 'a']), 'K_TABLE_CONTROL_CHARACTER', /line break/);
  });

  it('obeys overrides and refuses those that cannot be', () => {
    assert.equal(column('x', ['1', '2'], { overrides: { x: 'category' } }).columns[0]!.type, 'category');
    refuses(
      () => column('x', ['1', 'b'], { overrides: { x: 'number' } }),
      'K_TABLE_NOT_A_NUMBER',
      /line 3 has "b"/,
    );
    refuses(() => column('x', ['1'], { overrides: { z: 'number' } }), 'K_TABLE_NO_SUCH_COLUMN', /"z"/);
  });

  it('keeps an identifier, and warns of it', () => {
    const cells = Array.from({ length: 40 }, (_, i) => `${1000 + i}`);
    const codes = (name: string) => column(name, cells).warnings.map(({ code }) => code);
    for (const name of ['patient_id', 'ID', 'patientId'])
      assert.deepEqual(codes(name), ['K_TABLE_ID_COLUMN'], name);
    for (const name of ['weight', 'paid', 'humid']) assert.deepEqual(codes(name), [], name);
  });

  it('warns of empty columns, constant ones and rows without a target', () => {
    const raw = table('a,b,c,y\n1,,5,yes\n2,,5,no\n3,,5,\n');
    const schema = inferSchema(raw, { target: 'y' });
    assert.deepEqual(
      schema.warnings.map(({ code, column }) => [code, column]),
      [
        ['K_TABLE_EMPTY_COLUMN', 'b'],
        ['K_TABLE_CONSTANT_COLUMN', 'c'],
        ['K_TABLE_TARGET_MISSING_CELLS', 'y'],
      ],
    );
  });

  it('refuses a feature with the name of an output, and a table without features', () => {
    refuses(() => column('label', ['1', '2']), 'K_TABLE_RESERVED_NAME', /output/, /--exclude label/);
    column('label', ['a', 'b'], { target: 'label' });
    refuses(() => inferSchema(table('y\na\nb\n'), { target: 'y' }), 'K_TABLE_NO_FEATURES', /No column/);
  });
});
