import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { run } from './programs.ts';
import { predictionsFile, safetensorsFile, type TestColumn, tableFile } from './tableFile.ts';

const columns: TestColumn[] = [
  { name: 'x', numbers: [1, 2, 3, 4] },
  { name: 'site', words: ['a', 'b', 'a', null] },
  { name: 'y', words: ['n', 'p', 'n', 'p'] },
];
const table = tableFile(columns);
const predictions = predictionsFile(
  ['n', 'p'],
  [
    [1, 0],
    [0, 1],
    [0.4, 0.6],
    [0.5, 0.5],
  ],
);

async function refuses(
  exitCode: number,
  message: RegExp,
  params: unknown,
  file: Uint8Array | TestColumn[] = table,
  program = 'tabular-logistic',
): Promise<void> {
  const tableBytes = Array.isArray(file) ? tableFile(file) : file;
  const inputs = { 'table.safetensors': tableBytes, 'predictions.safetensors': predictions };
  const ran = await run(program, params, inputs);
  assert.match(ran.stderr, message);
  assert.equal(ran.exitCode, exitCode);
  assert.equal(ran.outputs.size, 0);
}

/** The table with its header text changed; the data behind it stays. */
function withHeader(change: (header: string) => string): Uint8Array {
  const length = Number(new DataView(table.buffer, table.byteOffset).getBigUint64(0, true));
  const header = Buffer.from(change(Buffer.from(table.subarray(8, 8 + length)).toString()));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([size, header, table.subarray(8 + length)]));
}

describe('the shipped programs refuse with a message', () => {
  it('parameters that are unknown, missing or out of range', async () => {
    await refuses(2, /"target" must be a text/, {});
    await refuses(2, /"target" must be a text/, { target: 3 });
    await refuses(2, /there is no parameter "lambda"/, { target: 'y', lambda: 1 });
    await refuses(2, /"l2" must be a number from 0/, { target: 'y', l2: -1 });
    await refuses(2, /"maxIterations" must be a whole number/, { target: 'y', maxIterations: 1.5 });
    await refuses(2, /"exclude" has "x" twice/, { target: 'y', exclude: ['x', 'x'] });
    await refuses(2, /excluded column "z" is not in the table/, { target: 'y', exclude: ['z'] });
    await refuses(2, /target "z" is not a column/, { target: 'z' });
    await refuses(2, /is not an object/, []);
  });

  it('group columns that are missing or numbers', async () => {
    const name = 'tabular-evaluate';
    await refuses(2, /group column "z" is not in the table/, { target: 'y', groupBy: ['z'] }, table, name);
    await refuses(2, /group column "x" is a number/, { target: 'y', groupBy: ['x'] }, table, name);
    await refuses(2, /"bins" must be a number from 1/, { target: 'y', bins: 0 }, table, name);
  });

  it('one class only, no target at all, no feature columns, too many classes', async () => {
    const [x] = columns as [TestColumn];
    await refuses(4, /same value "n"/, { target: 'y' }, [x, { name: 'y', words: ['n', 'n', null, 'n'] }]);
    await refuses(4, /no row has a value/, { target: 'y' }, [
      x,
      { name: 'y', numbers: [NaN, NaN, NaN, NaN] },
    ]);
    await refuses(4, /no feature columns/, { target: 'y', exclude: ['x', 'site'] });
    const many = Array.from({ length: 65 }, (_, i) => i);
    await refuses(4, /more than 64 classes/, { target: 'x' }, [{ name: 'x', numbers: many }]);
    await refuses(4, /more than 64 classes/, { target: 'x' }, [{ name: 'x', words: many.map(String) }]);
    await refuses(
      4,
      /no row has a value/,
      { target: 'y' },
      [x, { name: 'y', words: [null, null, null, null] }],
      'tabular-evaluate',
    );
  });

  it('infinite numbers, numbers too large to standardise, names that the model needs', async () => {
    const y = columns[2]!;
    await refuses(3, /column "x" .* is infinite in row 1/, { target: 'y' }, [
      { name: 'x', numbers: [1, -Infinity, 2, 3] },
      y,
    ]);
    await refuses(3, /beyond 1e30/, { target: 'y' }, [{ name: 'x', numbers: [1, 3e38, 2, 3] }, y]);
    await refuses(3, /name of a model output/, { target: 'y' }, [
      { name: 'probabilities', numbers: [1, 2, 3, 4] },
      y,
    ]);
    await refuses(3, /empty name/, { target: 'y' }, [{ name: '', numbers: [1, 2, 3, 4] }, y]);
  });

  it('files that are no safetensors file', async () => {
    await refuses(3, /it has 0 bytes/, { target: 'y' }, new Uint8Array());
    await refuses(3, /header claims/, { target: 'y' }, new Uint8Array(20).fill(255));
    await refuses(3, /overlaps another or leaves a gap|does not fit/, { target: 'y' }, table.slice(0, -1));
    await refuses(3, /bytes after its last tensor/, { target: 'y' }, new Uint8Array([...table, 0]));
    await refuses(
      3,
      /not valid JSON at byte 0/,
      { target: 'y' },
      withHeader(() => 'x'),
    );
    await refuses(3, /not UTF-8/, { target: 'y' }, new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x80]));
    await refuses(
      3,
      /something follows/,
      { target: 'y' },
      withHeader(header => `${header}{}`),
    );
    await refuses(
      3,
      /stands twice/,
      { target: 'y' },
      withHeader(header => header.replace('"site":{', '"x":{')),
    );
    await refuses(
      3,
      /nested too deeply/,
      { target: 'y' },
      withHeader(() => '['.repeat(1000)),
    );
    await refuses(
      3,
      /has type F64/,
      { target: 'y' },
      withHeader(header => header.replace('"F32"', '"F64"')),
    );
    await refuses(
      3,
      /does not fit its shape/,
      { target: 'y' },
      withHeader(header => header.replace('[4]', '[5]')),
    );
    await refuses(
      3,
      /not a whole number/,
      { target: 'y' },
      withHeader(header => header.replace('[4]', '[-4]')),
    );
    await refuses(
      3,
      /overlaps another/,
      { target: 'y' },
      withHeader(header => header.replace('[16,32]', '[0,16]')),
    );
  });

  it('safetensors files that are no table', async () => {
    const x = Float32Array.of(1, 2, 3);
    const file = (description: unknown) =>
      safetensorsFile({ x }, { 'koinon.table': JSON.stringify(description) });
    const column = { name: 'x', type: 'number' };
    await refuses(3, /has no "koinon.table"/, { target: 'y' }, safetensorsFile({ x }, {}));
    await refuses(
      3,
      /not a table of version 1/,
      { target: 'y' },
      file({ version: 2, rows: 3, columns: [column] }),
    );
    await refuses(3, /how many rows/, { target: 'y' }, file({ version: 1, rows: 1e99, columns: [column] }));
    await refuses(
      3,
      /not 4 values of F32/,
      { target: 'y' },
      file({ version: 1, rows: 4, columns: [column] }),
    );
    await refuses(
      3,
      /two columns "x"/,
      { target: 'y' },
      file({ version: 1, rows: 3, columns: [column, column] }),
    );
    await refuses(
      3,
      /tensors that are no columns/,
      { target: 'y' },
      file({ version: 1, rows: 3, columns: [] }),
    );
    const codes = (values: number[], dictionary: unknown) =>
      safetensorsFile(
        { x: Int32Array.from(values) },
        {
          'koinon.table': JSON.stringify({
            version: 1,
            rows: 2,
            columns: [{ name: 'x', type: 'category', dictionary }],
          }),
        },
      );
    await refuses(3, /code 2 in row 1/, { target: 'x' }, codes([0, 2], ['a', 'b']));
    await refuses(3, /code -2 in row 0/, { target: 'x' }, codes([-2, 0], ['a', 'b']));
    await refuses(3, /has "a" twice/, { target: 'x' }, codes([0, 1], ['a', 'a']));
    await refuses(3, /has no dictionary/, { target: 'x' }, codes([0, 1], undefined));
    await refuses(3, /something else than strings/, { target: 'x' }, codes([0, 1], ['a', 1]));
  });

  it('predictions that do not fit', async () => {
    const bad = async (message: RegExp, file: Uint8Array) => {
      const inputs = { 'table.safetensors': table, 'predictions.safetensors': file };
      const ran = await run('tabular-evaluate', { target: 'y' }, inputs);
      assert.match(ran.stderr, message);
      assert.equal(ran.exitCode, 3);
      assert.equal(ran.outputs.size, 0);
    };
    await bad(/for the 4 rows/, predictionsFile(['n', 'p'], [[1, 0]]));
    await bad(
      /outside 0 to 1 in row 1/,
      predictionsFile(
        ['n', 'p'],
        [
          [1, 0],
          [NaN, 0],
          [1, 0],
          [1, 0],
        ],
        [0, 0, 0, 0],
      ),
    );
    await bad(
      /outside 0 to 1 in row 3/,
      predictionsFile(
        ['n', 'p'],
        [
          [1, 0],
          [1, 0],
          [1, 0],
          [1.5, 0],
        ],
      ),
    );
    await bad(
      /label 2 in row 0/,
      predictionsFile(
        ['n', 'p'],
        [
          [1, 0],
          [1, 0],
          [1, 0],
          [1, 0],
        ],
        [2, 0, 0, 0],
      ),
    );
    await bad(
      /not distinct/,
      predictionsFile(
        ['n', 'n'],
        [
          [1, 0],
          [1, 0],
          [1, 0],
          [1, 0],
        ],
      ),
    );
    await bad(/has no "koinon.predictions"/, table);
  });

  it('a header or a table that does not fit into memory', async () => {
    const values = withHeader(() => `[${'0,'.repeat(1 << 20)}0]`);
    const large = tableFile([{ name: 'x', numbers: Array(1 << 20).fill(1) }]);
    for (const program of ['tabular-logistic', 'tabular-evaluate']) {
      for (const [file, pages, exitCode, message] of [
        [values, 4096, 3, /too many values/],
        [values, 64, 5, /memory is full/],
        [large, 64, 5, /memory is full/],
      ] as const) {
        const inputs = { 'table.safetensors': file, 'predictions.safetensors': predictions };
        const ran = await run(program, { target: 'y' }, inputs, { memoryPages: pages });
        assert.match(ran.stderr, message);
        assert.equal(ran.exitCode, exitCode);
      }
    }
  });

  it('any damaged table, without ever trapping', async () => {
    const at = fc.integer({ min: 0, max: table.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(at, fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        at,
        async (edits, cut) => {
          const damaged = table.slice(0, edits.length % 2 ? table.length : cut);
          for (const [place, byte] of edits) if (place < damaged.length) damaged[place] = byte;
          for (const program of ['tabular-logistic', 'tabular-evaluate']) {
            const inputs = { 'table.safetensors': damaged, 'predictions.safetensors': predictions };
            const ran = await run(program, { target: 'y' }, inputs);
            assert.ok([0, 2, 3, 4].includes(ran.exitCode), `exit ${ran.exitCode}: ${ran.stderr}`);
            assert.equal(ran.exitCode === 0, ran.stderr === '');
          }
        },
      ),
      { numRuns: cases(25, 100) },
    );
  });
});
