import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { inferSchema } from './inferSchema.ts';
import { tableToModelInputs } from './modelInputs.ts';
import { parseTable } from './parseTable.ts';
import { decodePredictions, encodePredictions } from './predictions.ts';
import { encodeSafetensors, type Tensor } from './safetensors.ts';
import { decodeTable, dictionariesOf, encodeTable, type Table, tableBytes } from './table.ts';

const table = (text: string) => parseTable(new TextEncoder().encode(text));
const raw = table('age,kind,y\n40,b,yes\n,a,no\n1.1,?,yes\n-0,b,\n');
const schema = inferSchema(raw, { target: 'y' });
const withHeader = (header: string, body = new Uint8Array()) => {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return new Uint8Array([...length, ...text, ...body]);
};

describe('encodeTable', () => {
  it('writes the documented bytes', () => {
    const bytes = encodeTable(raw, schema);
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
    assert.equal(headerLength % 8, 0);
    assert.equal(
      header.trimEnd(),
      '{"__metadata__":{"koinon.table":"{\\"columns\\":[{\\"name\\":\\"age\\",\\"type\\":\\"number\\"},{\\"dictionary\\":[\\"a\\",\\"b\\"],\\"name\\":\\"kind\\",\\"type\\":\\"category\\"},{\\"dictionary\\":[\\"no\\",\\"yes\\"],\\"name\\":\\"y\\",\\"type\\":\\"category\\"}],\\"rows\\":4,\\"version\\":1}"},"age":{"data_offsets":[0,16],"dtype":"F32","shape":[4]},"kind":{"data_offsets":[16,32],"dtype":"I32","shape":[4]},"y":{"data_offsets":[32,48],"dtype":"I32","shape":[4]}}',
    );
    const view = new DataView(bytes.buffer, 8 + headerLength);
    assert.deepEqual(
      [0, 4, 8, 12].map(at => view.getFloat32(at, true)),
      [40, Number.NaN, Math.fround(1.1), 0],
    );
    assert.deepEqual(
      [16, 20, 24, 28].map(at => view.getInt32(at, true)),
      [1, 0, -1, 1],
    );
    assert.deepEqual(
      [32, 36, 40, 44].map(at => view.getInt32(at, true)),
      [1, 0, 1, -1],
    );
    assert.equal(bytes.length, 8 + headerLength + 48);
  });

  it('gives the same bytes for the same cells however the file writes them', () => {
    const other = table('\ufeff"age";"kind";"y"\r\n40.0;b;yes\r\nNA;a;no\r\n 11e-1 ;;yes\r\n0;b;?\r\n');
    assert.deepEqual(encodeTable(other, inferSchema(other, { target: 'y' })), encodeTable(raw, schema));
  });

  it('folds a category in fewer rows than the minimum into other, and names it nowhere', () => {
    const cells = [...Array(10).fill('common'), ...Array(9).fill('rare'), 'lone'];
    const source = table(`kind,y\n${cells.map((cell, i) => `${cell},${i % 2}`).join('\n')}\n`);
    const bytes = encodeTable(source, inferSchema(source, { target: 'y' }), { minCategoryRows: 10 });
    const [kind] = decodeTable(bytes).columns;
    assert.ok(kind?.type === 'category');
    assert.deepEqual(kind.dictionary, ['common', 'other']);
    assert.equal(kind.codes.filter(code => code === 1).length, 10);
    assert.doesNotMatch(new TextDecoder('latin1').decode(bytes), /rare|lone/);
  });

  it('refuses a target whose classes are all but one too rare', () => {
    const source = table(
      `a,y\n${Array.from({ length: 30 }, (_, i) => `${i},${i < 3 ? 'sick' : 'well'}`).join('\n')}`,
    );
    const options = { minCategoryRows: 10 };
    assert.throws(() => encodeTable(source, inferSchema(source, { target: 'y' }), options), {
      code: 'K_TABLE_RARE_CLASS',
    });
  });

  it('lets no class of a target stand in fewer rows than the minimum, other included', () => {
    const counts = { a: 40, b: 30, c: 12, d: 2, e: 1 };
    const cells = Object.entries(counts).flatMap(([word, count]) => Array<string>(count).fill(word));
    const source = table(`n,y\n${cells.map((cell, i) => `${i % 7},${cell}`).join('\n')}`);
    const [, y] = decodeTable(
      encodeTable(source, inferSchema(source, { target: 'y' }), { minCategoryRows: 10 }),
    ).columns;
    assert.ok(y?.type === 'category');
    assert.deepEqual(y.dictionary, ['a', 'b', 'other']);
    assert.equal(y.codes.filter(code => code === 2).length, 15);
  });

  it('reads another part with the dictionaries of the first: words it lacks are other, or missing', () => {
    const first: Table = {
      rows: 1,
      columns: [
        { name: 'kind', type: 'category', dictionary: ['a', 'other'], codes: Int32Array.of(0) },
        { name: 'y', type: 'category', dictionary: ['no', 'yes'], codes: Int32Array.of(0) },
      ],
    };
    const part = table('kind,y\nz,maybe\na,yes\n,no\n');
    const bytes = encodeTable(part, inferSchema(part, { target: 'y' }), {
      dictionaries: dictionariesOf(first),
    });
    const [kind, y] = decodeTable(bytes).columns;
    assert.ok(kind?.type === 'category' && y?.type === 'category');
    assert.deepEqual([...kind.codes], [1, 0, -1]);
    assert.deepEqual([...y.codes], [-1, 1, 0]);
  });

  it('refuses dictionaries that are longer together than a program reads', () => {
    const words = Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(200, 'x')).sort();
    const columns = Array.from({ length: 50 }, (_, i) => ({
      name: `c${i}`,
      type: 'category' as const,
      dictionary: words,
      codes: Int32Array.of(0),
    }));
    assert.throws(() => tableBytes({ rows: 1, columns }), { code: 'K_TABLE_TOO_LARGE' });
  });

  it('reads back any table it writes', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const columns = (rows: number) =>
      fc.uniqueArray(
        fc.oneof(
          fc.record(
            {
              name,
              type: fc.constant('number' as const),
              values: fc.float32Array({ minLength: rows, maxLength: rows, noDefaultInfinity: true }),
            },
            { noNullPrototype: true },
          ),
          fc.record(
            {
              name,
              type: fc.constant('category' as const),
              dictionary: fc.constant<string[]>(['a', 'b "c"', 'é']),
              codes: fc.int32Array({ minLength: rows, maxLength: rows, min: -1, max: 2 }),
            },
            { noNullPrototype: true },
          ),
        ),
        { selector: column => column.name, minLength: 1, maxLength: 5 },
      );
    fc.assert(
      fc.property(
        fc.nat(9).chain(rows => columns(rows).map(list => ({ rows, columns: list }))),
        source => assert.deepEqual(decodeTable(tableBytes(source)), source),
      ),
    );
  });
});

describe('decodeTable', () => {
  const bytes = encodeTable(raw, schema);
  const refuses = (input: Uint8Array) => assert.throws(() => decodeTable(input), { code: 'K_BAD_TENSORS' });

  it('refuses any cut and any added byte', () => {
    for (let end = 0; end < bytes.length; end += 7) refuses(bytes.subarray(0, end));
    refuses(new Uint8Array([...bytes, 0]));
  });

  it('refuses overlaps, gaps, wrong sizes and other element types', () => {
    const column = (name: string, from: number, to: number, dtype = 'F32', shape = '[1]') =>
      `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`;
    const file = (tensors: string, body: number) =>
      withHeader(
        `{"__metadata__":{"koinon.table":"{\\"version\\":1,\\"rows\\":1,\\"columns\\":[{\\"name\\":\\"a\\",\\"type\\":\\"number\\"},{\\"name\\":\\"b\\",\\"type\\":\\"number\\"}]}"},${tensors}}`,
        new Uint8Array(body),
      );
    decodeTable(file(`${column('a', 0, 4)},${column('b', 4, 8)}`, 8));
    refuses(file(`${column('a', 0, 4)},${column('b', 0, 4)}`, 4));
    refuses(file(`${column('a', 0, 4)},${column('b', 5, 9)}`, 9));
    refuses(file(`${column('a', 0, 4)},${column('b', 4, 12)}`, 12));
    refuses(file(`${column('a', 0, 4)},${column('b', 4, 8, 'F64')}`, 8));
    refuses(file(`${column('a', 0, 4)},${column('b', 4, 8, 'I32')}`, 8));
    refuses(file(`${column('a', 0, 4)},${column('b', 4, 8)}`, 4));
    refuses(file(`${column('a', 0, 4)},${column('b', 4, 8, 'F32', '[1,1]')}`, 8));
    refuses(file(column('a', 0, 4), 4));
    refuses(withHeader('{"__metadata__":{}}'));
    refuses(withHeader('[]'));
    refuses(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255));
  });

  it('refuses files that hold back all their rows, none, or a part of one', () => {
    const header = (heldBack: string) =>
      withHeader(
        `{"__metadata__":{"koinon.table":"{\\"version\\":1,\\"rows\\":2${heldBack},\\"columns\\":[{\\"name\\":\\"a\\",\\"type\\":\\"number\\"}]}"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`,
        new Uint8Array(8),
      );
    assert.equal(decodeTable(header(',\\"heldBack\\":1')).heldBackRows, 1);
    assert.equal(decodeTable(header('')).heldBackRows, undefined);
    for (const count of ['2', '3', '0', '-1', '0.5']) refuses(header(`,\\"heldBack\\":${count}`));
  });

  it('refuses infinities, codes outside the dictionary and unsorted dictionaries', () => {
    const number: Table = {
      rows: 1,
      columns: [{ name: 'a', type: 'number', values: Float32Array.of(Infinity) }],
    };
    refuses(tableBytes(number));
    for (const [dictionary, code] of [
      [['a'], 1],
      [['a'], -2],
      [['b', 'a'], 0],
      [['a', 'a'], 0],
    ] as const) {
      const codes = Int32Array.of(code);
      refuses(
        tableBytes({
          rows: 1,
          columns: [{ name: 'a', type: 'category', dictionary: [...dictionary], codes }],
        }),
      );
    }
  });

  it('survives any change of one byte', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = bytes.slice();
        changed[at]! ^= change;
        try {
          decodeTable(changed);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'K_BAD_TENSORS');
        }
      }),
    );
  });
});

describe('tableToModelInputs', () => {
  const source = decodeTable(encodeTable(raw, schema));

  it('gives one [rows, 1] tensor per feature, missing as NaN or an empty word', () => {
    assert.deepEqual(
      tableToModelInputs(source, [
        { name: 'kind', type: 'category' },
        { name: 'age', type: 'number' },
      ]),
      {
        kind: { type: 'string', dims: [4, 1], data: ['b', 'a', '', 'b'] },
        age: { type: 'float32', dims: [4, 1], data: Float32Array.of(40, Number.NaN, 1.1, 0) },
      },
    );
  });

  it('calls a word other where the model folded it away', () => {
    const features = [{ name: 'kind', type: 'category', categories: ['a', 'other'] }] as const;
    assert.deepEqual(tableToModelInputs(source, features)['kind']!.data, ['other', 'a', '', 'other']);
  });

  it('refuses a table that lacks a feature or has it as another type', () => {
    assert.throws(() => tableToModelInputs(source, [{ name: 'x', type: 'number' }]), {
      code: 'K_TABLE_MISMATCH',
    });
    assert.throws(() => tableToModelInputs(source, [{ name: 'age', type: 'category' }]), {
      code: 'K_TABLE_MISMATCH',
    });
  });
});

describe('predictions', () => {
  const predictions = {
    rows: 2,
    classes: ['no', 'yes'],
    probabilities: Float32Array.of(0.25, 0.75, 1, 0),
    label: Int32Array.of(1, 0),
  };

  it('read back what was written', () => {
    assert.deepEqual(decodePredictions(encodePredictions(predictions)), predictions);
  });

  it('are refused when shapes or ranges do not fit', () => {
    const { probabilities, label } = predictions;
    for (const wrong of [
      { probabilities: Float32Array.of(0.25, 0.75, Number.NaN, 0) },
      { probabilities: probabilities.subarray(0, 2) },
      { label: Int32Array.of(1, 2) },
      { label: Int32Array.of(1) },
      { classes: ['no', 'no'] },
    ]) {
      assert.throws(() => encodePredictions({ ...predictions, ...wrong }), { code: 'K_BAD_PREDICTIONS' });
    }
    const tensors = new Map<string, Tensor>([
      ['probabilities', { dtype: 'F32', shape: [2, 2], values: probabilities }],
      ['label', { dtype: 'I32', shape: [2], values: label }],
    ]);
    const file = (metadata: string) =>
      encodeSafetensors({ tensors, metadata: new Map([['koinon.predictions', metadata]]) });
    decodePredictions(file('{"version":1,"classes":["no","yes"]}'));
    for (const metadata of ['{"version":1,"classes":["no"]}', '{"version":2,"classes":["a","b"]}', 'x']) {
      assert.throws(() => decodePredictions(file(metadata)), { code: 'K_BAD_TENSORS' });
    }
  });
});
