import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import { parse as parseWithLibrary } from 'csv-parse/sync';
import fc from 'fast-check';
import { requireTableSize } from './limits.ts';
import { parseTable } from './parseTable.ts';
import { formatCsv, tableOfRows } from './rawTable.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const cellsOf = (text: string) => {
  const raw = parseTable(bytes(text));
  return Array.from({ length: raw.rows }, (_, row) => raw.columns.map((_, column) => raw.cell(row, column)));
};
const refuses = (input: string | Uint8Array, code: string, pattern: RegExp) =>
  assert.throws(
    () => parseTable(typeof input === 'string' ? bytes(input) : input),
    (error: unknown) =>
      error instanceof KoinonError &&
      error.code === code &&
      error.fault === 'user' &&
      pattern.test(error.message) &&
      error.next !== undefined,
  );

describe('parseTable', () => {
  it('passes over a byte order mark and blank lines, whatever the line ends', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const raw = parseTable(bytes(['\ufeffa, b', '', '1,2', ' ', '3,4'].join(end)));
      assert.deepEqual(raw.columns, ['a', 'b']);
      assert.equal(raw.rows, 2);
      assert.equal(raw.lineOf(1), 5);
    }
  });

  it('refuses a quote in a column name, which would end up in the graph of a model', () => {
    refuses('a,"the ""b"""\n1,2\n', 'K_TABLE_HEADER', /quotes/);
  });

  it('keeps what stands inside quotes and trims around it', () => {
    assert.deepEqual(cellsOf('a,b\r\n"x, ""y""" ,  2 \r\n\r\n"  c d ",""\r\n'), [
      ['x, "y"', '2'],
      ['c d', ''],
    ]);
  });

  it('trims the white space spreadsheets leave: non-breaking spaces, tabs, line breaks inside quotes', () => {
    assert.deepEqual(cellsOf('a,b\n\u00a01\u00a0,"\n 2\t"\n'), [['1', '2']]);
  });

  it('takes the delimiter that the header uses', () => {
    assert.deepEqual(cellsOf('a;b\n1,5;2\n'), [['1,5', '2']]);
    assert.deepEqual(cellsOf('a\tb\n1\t\n'), [['1', '']]);
    assert.deepEqual(cellsOf('"a;;;b",c\n1,2\n'), [['1', '2']]);
  });

  it('reads empty, ? and NA as missing', () => {
    assert.deepEqual(cellsOf('a,b,c,d\n, ? ,"NA",na\n'), [['', '', '', 'na']]);
  });

  it('reads a last line without an end, and one that ends with the delimiter', () => {
    assert.deepEqual(cellsOf('a,b\n1,'), [['1', '']]);
    assert.deepEqual(cellsOf('a,b\n1,2'), [['1', '2']]);
  });

  it('says what is empty', () => {
    refuses('', 'K_TABLE_EMPTY', /0 bytes/);
    refuses(' \n\n', 'K_TABLE_EMPTY', /nothing but white space/);
    refuses('a,b\n', 'K_TABLE_EMPTY', /header and no rows/);
  });

  it('names the line that is ragged or badly quoted', () => {
    refuses('a,b\n1,2\n\n1,2,3\n', 'K_TABLE_RAGGED', /Line 4 has 3 cells, the header has 2/);
    refuses('a,b\n1,2\n1,"2\n', 'K_TABLE_QUOTE', /never closed.*line 3/);
    refuses('a,b\n1,"2" x\n', 'K_TABLE_QUOTE', /line 2/);
  });

  it('refuses headers that have no name, the same name twice, or a name no model can carry', () => {
    refuses('a,,c\n1,2,3\n', 'K_TABLE_HEADER', /Column 2 has no name/);
    refuses('a,b,a\n1,2,3\n', 'K_TABLE_HEADER', /Two columns/);
    refuses('caf\u00e9,cafe\u0301\n1,2\n', 'K_TABLE_HEADER', /Two columns/);
    refuses(`${'n'.repeat(65)},b\n1,2\n`, 'K_TABLE_HEADER', /longer than 64/);
    refuses('a\u202eb,c\n1,2\n', 'K_TABLE_HEADER', /invisible/);
    refuses('__proto__,c\n1,2\n', 'K_TABLE_HEADER', /reserved/);
  });

  it('refuses what is no UTF-8 text', () => {
    refuses(Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0xe9, 0x2c, 0x31), 'K_TABLE_ENCODING', /UTF-8/);
    refuses(Uint8Array.of(0xff, 0xfe, 0x61, 0), 'K_TABLE_ENCODING', /UTF-16/);
    refuses(Uint8Array.of(0x50, 0x4b, 3, 4), 'K_TABLE_BINARY', /spreadsheet/);
    refuses('a,b\n1,\0\n', 'K_TABLE_BINARY', /value 0/);
  });

  it('refuses a file of 200 MB from its size, before it is read', () => {
    assert.throws(() => requireTableSize(200e6), { code: 'K_TABLE_TOO_LARGE' });
    requireTableSize(64 * 2 ** 20);
    const limits = { fileBytes: 4 };
    assert.throws(() => parseTable(bytes('a,b\n1,2\n'), { limits }), { code: 'K_TABLE_TOO_LARGE' });
  });

  it('stops at the limits on rows, columns and cells', () => {
    const text = bytes('a,b\n1,2\n3,4\n');
    for (const limits of [{ rows: 1 }, { columns: 1 }, { cells: 3 }]) {
      assert.throws(() => parseTable(text, { limits }), { code: 'K_TABLE_TOO_LARGE' });
    }
    parseTable(text, { limits: { rows: 2, columns: 2, cells: 4 } });
  });

  it('cuts the same cells as csv-parse from any well-formed file', () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', '1', '😀') })
      .map(text => text.trim());
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain(width =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
      );
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, lineEnd) => {
        const columns = rows[0]!.map((_, i) => `c${i}`);
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = [columns, ...rows].map(row => row.map(quote).join(',')).join(lineEnd);
        const expected = parseWithLibrary(text, { record_delimiter: lineEnd }) as string[][];
        assert.deepEqual(
          cellsOf(text),
          expected.slice(1).map(row => row.map(found => found.trim())),
        );
      }),
    );
  });

  it('refuses or reads any bytes at all, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', ';', '\t') }), text => {
        try {
          parseTable(bytes(text));
        } catch (error) {
          assert.ok(error instanceof KoinonError && error.code.startsWith('K_TABLE_'));
        }
      }),
    );
  });

  it('reads back what formatCsv writes', () => {
    const rows = [
      ['a "b"', ''],
      ['x,y;z', '-1'],
    ];
    assert.deepEqual(cellsOf(formatCsv(tableOfRows(['p', 'q'], rows))), rows);
  });
});
