import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TableDescription, utf8 } from '@koinon/protocol';
import { modelBytes, modelSample, type NodeSample, scoresOfFacts } from '../../test/modelSample.ts';
import { description, fates, gate, manifest, policy, settingFor } from '../../test/samples.ts';
import { concat, encode } from '../../test/wire.ts';
import { FIGURES_MAX_BYTES } from '../figures/readObject.ts';
import { MODEL_MAX_BYTES } from '../linear/readLinear.ts';
import { FIELDS_MAX, MESSAGES_MAX, MessageReader, ReadBudget, TEXTS_MAX } from './protobuf.ts';

const setting = settingFor();
const facts = { exponent: 0, intercepts: [0], weights: [[0, 0, 0, 0, 0, 0, 0]] };
const plain = modelSample(scoresOfFacts(facts, setting), setting);
const large = { ...manifest, outputs: [{ name: 'm', class: 'model' as const, maxBytes: 2 ** 28 }] };
const fate = (bytes: Uint8Array, own: Parameters<typeof gate>[1] = {}) =>
  fates(gate({ m: bytes }, { manifest: large, ...own }))[0]!.replace('m stayed ', '');
const many = (count: number, part: Uint8Array) => {
  const bytes = new Uint8Array(count * part.length);
  for (let i = 0; i < count; i++) bytes.set(part, i * part.length);
  return bytes;
};
const withNodes = (nodes: NodeSample[]) => modelBytes({ ...plain, nodes });
const concatOf = (inputs: string[], output: string): NodeSample => ({
  operator: 'Concat',
  inputs,
  outputs: [output],
  attributes: { axis: { int: 1n } },
});

describe('hostile models and figures end within limits of work, which are counted', () => {
  it('as more bytes than any model needs', () => {
    assert.equal(fate(new Uint8Array(MODEL_MAX_BYTES + 1)), 'size-cap');
  });

  it('as more fields or messages than any model has, over the whole file', () => {
    const graph = (node: Uint8Array) => encode([[7, node]]);
    // Eight mebibytes of fields without content, of nodes without content, and of both in one another.
    assert.equal(fate(many(MODEL_MAX_BYTES / 2, Uint8Array.of(0x72, 0))), 'too-many-values');
    assert.equal(fate(graph(many(MESSAGES_MAX + 1, Uint8Array.of(0x0a, 0)))), 'too-many-values');
    const node = encode([[1, many(MESSAGES_MAX, Uint8Array.of(0x0a, 0))]]);
    assert.equal(fate(graph(many(15, node))), 'too-many-values');

    const budget = new ReadBudget();
    for (let i = 0; i < FIELDS_MAX / 1_024; i++)
      new MessageReader(many(1_024, Uint8Array.of(0x0a, 0)), [1], [1], budget);
    assert.throws(() => new MessageReader(Uint8Array.of(0x0a, 0), [1], [1], budget), {
      reason: 'too-many-values',
    });
  });

  it('as more names, words or packed values than any model has', () => {
    const node = (fields: Uint8Array) => modelBytes({ ...plain, nodes: [], extraGraph: [[1, fields]] });
    const end = encode([
      [2, 'z'],
      [4, 'Concat'],
      [
        5,
        [
          [1, 'axis'],
          [3, 1n],
          [20, 2n],
        ],
      ],
    ]);
    assert.equal(fate(node(concat([many(1_040_000, encode([[1, 'age']])), end]))), 'too-many-values');
    const attribute = (kind: bigint, field: number, packed: Uint8Array) =>
      node(
        encode([
          [
            5,
            [
              [1, 'values'],
              [field, packed],
              [20, kind],
            ],
          ],
        ]),
      );
    assert.equal(fate(attribute(7n, 8, many(FIELDS_MAX, Uint8Array.of(1)))), 'too-many-values');
    assert.equal(fate(attribute(6n, 7, new Uint8Array(4 * FIELDS_MAX))), 'too-many-values');
    assert.equal(TEXTS_MAX * 30 < MODEL_MAX_BYTES, true);
  });

  it('as tensors that double with every node', () => {
    const nodes = Array.from({ length: 64 }, (_, i) =>
      concatOf(i === 0 ? ['age'] : [`d${i - 1}`, `d${i - 1}`], `d${i}`),
    );
    assert.equal(fate(withNodes(nodes)), 'too-many-values');
    const wide = [
      ...nodes.slice(0, 18),
      ...Array.from({ length: 1_000 }, (_, i) => concatOf(['d17'], `w${i}`)),
    ];
    assert.equal(fate(withNodes(wide)), 'too-many-values');
  });

  it('as encoders that each would be held against a long dictionary', () => {
    const dictionary = Array.from({ length: 100_000 }, (_, i) => `w${String(i).padStart(6, '0')}`);
    const long: TableDescription = {
      ...description,
      columns: [{ name: 'site', type: 'category', dictionary }, description.columns.at(-1)!],
    };
    const count = 2_000;
    const nodes: NodeSample[] = [];
    for (let i = 0; i < count; i++) {
      nodes.push({
        operator: 'LabelEncoder',
        domain: 'ai.onnx.ml',
        inputs: ['site'],
        outputs: [`c${i}`],
        attributes: {
          keys_strings: { texts: ['w'] },
          values_int64s: { ints: [1n] },
          default_int64: { int: 0n },
        },
      });
      nodes.push({
        operator: 'OneHotEncoder',
        domain: 'ai.onnx.ml',
        inputs: [`c${i}`],
        outputs: [`f${i}`],
        attributes: { cats_int64s: { ints: [0n] } },
      });
    }
    nodes.push(
      concatOf(
        Array.from({ length: count }, (_, i) => `f${i}`),
        'all',
      ),
    );
    const last = plain.nodes.at(-1)!;
    nodes.push({
      ...last,
      inputs: ['all'],
      attributes: { ...last.attributes, coefficients: { floats: new Array<number>(2 * count).fill(1) } },
    });
    const bytes = modelBytes({ ...plain, nodes, inputs: [['site', false]] });
    assert.equal(fate(bytes, { description: long }), 'too-many-values');
  });

  it('as more scores than a file could hold, from a target and features of very many words', () => {
    const words = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(6, '0')}`);
    const classes = words('c', 50_000);
    const wide: TableDescription = {
      ...description,
      columns: [
        description.columns[0]!,
        { name: 'site', type: 'category', dictionary: words('s', 50_000) },
        { name: 'ill', type: 'category', dictionary: classes },
      ],
    };
    const last = plain.nodes.at(-1)!;
    const node: NodeSample = {
      ...last,
      inputs: ['age'],
      attributes: {
        coefficients: { floats: classes.map(() => 1) },
        classlabels_strings: { texts: classes },
        post_transform: { text: 'SOFTMAX' },
      },
    };
    const bytes = modelBytes({ ...plain, nodes: [node], inputs: [['age', true]] });
    assert.equal(fate(bytes, { description: wide }), 'too-many-values');
  });

  it('as varints without end, lengths past the end and tags of no field', () => {
    const hostile = [
      many(1_000, Uint8Array.of(0xff)),
      Uint8Array.of(0x3a, ...many(9, Uint8Array.of(0xff)), 0x01),
      Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f),
      Uint8Array.of(0x3a, 0x05, 1),
      Uint8Array.of(0x08),
      Uint8Array.of(0x08, 0x80),
      Uint8Array.of(0x0d, 1, 2, 3),
      Uint8Array.of(0xba, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00),
    ];
    for (const bytes of hostile) assert.equal(fate(bytes), 'schema', bytes.slice(0, 12).join());
    for (const wire of [1, 3, 4, 6, 7]) assert.equal(fate(Uint8Array.of(0x38 + wire, 0)), 'unknown-class');
    assert.equal(fate(Uint8Array.of(0, 0)), 'unknown-class');
  });

  it('as JSON as deep or as wide as fits', () => {
    const figures = { ...manifest, outputs: [{ name: 'm', class: 'metrics' as const, maxBytes: 2 ** 28 }] };
    const deep = (open: string, close: string) => {
      const count = Math.floor((FIGURES_MAX_BYTES - 20) / (open.length + close.length));
      return utf8.encode(`{"rows":${open.repeat(count)}${open === '[' ? '' : '1'}${close.repeat(count)}}`);
    };
    for (const bytes of [deep('[', ']'), deep('{"a":', '}')]) {
      const [was] = fates(gate({ m: bytes }, { manifest: figures }));
      assert.match(was!, /^m (left rebuilt|stayed schema)$/);
    }
    assert.equal(
      fates(gate({ m: new Uint8Array(FIGURES_MAX_BYTES + 1).fill(0x20) }, { manifest: figures }))[0],
      'm stayed size-cap',
    );
  });

  it('while an honest model of four thousand words and many classes is read', () => {
    const dictionary = Array.from({ length: 4_000 }, (_, i) => `w${String(i).padStart(6, '0')}`);
    const classes = Array.from({ length: 12 }, (_, i) => `c${String(i).padStart(2, '0')}`);
    const wide: TableDescription = {
      ...description,
      columns: [
        { name: 'site', type: 'category', dictionary },
        { name: 'ill', type: 'category', dictionary: classes },
      ],
    };
    const own = settingFor({ description: wide, policy });
    const scores = classes.map((_, k) => [k, ...dictionary.map((_, i) => ((i * k) % 7) / 2)]);
    assert.match(fate(modelBytes(modelSample(scores, own)), { description: wide }), /^m left rebuilt/);
  });
});
