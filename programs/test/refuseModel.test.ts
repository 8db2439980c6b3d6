import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { type LinearFacts, linearModel } from './linearModel.ts';
import {
  type AttributeValue,
  type Bytes,
  field,
  flat,
  integer,
  onnxBytes,
  type TestModel,
  type TestNode,
  varint,
} from './onnxWriter.ts';
import { run } from './programs.ts';
import { predictionsFile, type TestColumn, tableFile } from './tableFile.ts';

const facts: LinearFacts = {
  target: 'y',
  classes: ['n', 'p'],
  numbers: [
    { name: 'x', fill: 1, offset: 2, scale: 3 },
    { name: 'z', fill: 0, offset: 0, scale: 1 },
  ],
  categories: [{ name: 'site', words: ['a', 'b'], unknown: -1 }],
  weights: [
    [0, 0, 0, 0, 0],
    [1, 2, 3, 4, 5],
  ],
};
const model = linearModel(facts);
const columns: TestColumn[] = [
  { name: 'x', numbers: [1, 2, NaN, 4] },
  { name: 'z', numbers: [1, 2, 3, 4] },
  { name: 'site', words: ['a', 'b', 'new', null] },
  { name: 'y', words: ['n', 'p', 'n', 'p'] },
];
const table = tableFile(columns);

const evaluate = (bytes: Uint8Array, from = table, params: object = { target: 'y' }, pages = 512) =>
  run('tabular-evaluate', params, { 'table.safetensors': from, 'model.onnx': bytes }, { memoryPages: pages });

async function refuses(message: RegExp, bytes: Uint8Array, ...rest: [Uint8Array?, object?]): Promise<void> {
  const ran = await evaluate(bytes, ...rest);
  assert.match(ran.stderr, message);
  assert.equal(ran.exitCode, 3);
  assert.equal(ran.outputs.size, 0);
}

const changed = (change: Partial<TestModel>) => onnxBytes({ ...model, ...change });

/** The model with the one node of this operator changed. */
const withNode = (operator: string, change: (node: TestNode) => TestNode) =>
  changed({ nodes: model.nodes.map(node => (node.operator === operator ? change(node) : node)) });

const withAttribute = (operator: string, name: string, value: AttributeValue) =>
  withNode(operator, node => ({ ...node, attributes: { ...node.attributes, [name]: value } }));

const raw = (...bytes: Bytes[]) => Uint8Array.from(flat(bytes));

describe('tabular-evaluate refuses with a message', () => {
  it('nothing where the model is as it should be', async () => {
    assert.equal((await evaluate(onnxBytes(model))).stderr, '');
  });

  it('a model beside predictions, and neither of them', async () => {
    const predictions = predictionsFile(['n', 'p'], Array(4).fill([1, 0]) as number[][]);
    const inputs = { 'table.safetensors': table, 'predictions.safetensors': predictions };
    for (const [files, message] of [
      [{ ...inputs, 'model.onnx': onnxBytes(model) }, /both \/in\/model\.onnx and .* are given/],
      [{ 'table.safetensors': table }, /neither .* is given/],
    ] as const) {
      const ran = await run('tabular-evaluate', { target: 'y' }, files);
      assert.match(ran.stderr, message);
      assert.equal(ran.exitCode, 3);
    }
  });

  it('tables that lack a column of the model, or have it in another type', async () => {
    const without = (name: string) => columns.filter(column => column.name !== name);
    const bytes = onnxBytes(model);
    await refuses(/needs the column "z"/, bytes, tableFile(without('z')));
    const words: TestColumn = { name: 'z', words: ['a', 'b', 'c', 'd'] };
    await refuses(/takes "z" as a number, .* has a category/, bytes, tableFile([...without('z'), words]));
    const numbers: TestColumn = { name: 'site', numbers: [1, 2, 3, 4] };
    await refuses(/takes "site" as a category/, bytes, tableFile([...without('site'), numbers]));
  });

  it('a target that is a feature of the model, as bad parameters', async () => {
    const ran = await evaluate(onnxBytes(model), table, { target: 'site' });
    assert.match(ran.stderr, /target "site" is a feature of the model/);
    assert.equal(ran.exitCode, 2);
  });

  it('numbers that the model cannot turn into probabilities', async () => {
    const huge: TestColumn = { name: 'x', numbers: [1, 3e38, 2, 3] };
    await refuses(/scores of row 1 are too large/, onnxBytes(model), tableFile([huge, ...columns.slice(1)]));
  });

  it('weights that are no numbers', async () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      await refuses(
        /"coefficients" .* not finite/,
        withAttribute('LinearClassifier', 'coefficients', { floats: [0, 0, 0, 0, 1, 2, bad, 4] }),
      );
      await refuses(
        /"intercepts" .* not finite/,
        withAttribute('LinearClassifier', 'intercepts', { floats: [0, bad] }),
      );
      await refuses(/"offset" .* not finite/, withAttribute('Scaler', 'offset', { floats: [bad, 1] }));
      await refuses(
        /"imputed_value_floats" .* not finite/,
        withAttribute('Imputer', 'imputed_value_floats', { floats: [bad] }),
      );
    }
  });

  it('attributes of the wrong size, type or meaning, unknown ones, and missing ones', async () => {
    const classifier = (name: string, value: AttributeValue) =>
      withAttribute('LinearClassifier', name, value);
    await refuses(
      /do not need 7 coefficients/,
      classifier('coefficients', { floats: Array(7).fill(1) as number[] }),
    );
    await refuses(/and 1 intercepts/, classifier('intercepts', { floats: [1] }));
    await refuses(/2 to 64 distinct classes/, classifier('classlabels_strings', { texts: ['n', 'n'] }));
    await refuses(/2 to 64 distinct classes/, classifier('classlabels_strings', { texts: ['n'] }));
    await refuses(/has no softmax/, classifier('post_transform', { text: 'LOGISTIC' }));
    await refuses(/has the wrong type/, classifier('intercepts', { ints: [0, 1] }));
    await refuses(/attribute that is not read/, classifier('spare', { texts: ['row', 'row'] }));
    await refuses(/"offset" has 3 values for 2/, withAttribute('Scaler', 'offset', { floats: [1, 2, 3] }));
    await refuses(
      /something else than missing/,
      withAttribute('Imputer', 'replaced_value_float', { float: 0 }),
    );
    await refuses(/5 words and 2 codes/, withAttribute('LabelEncoder', 'values_int64s', { ints: [0, 1] }));
    await refuses(
      /"a" twice/,
      withAttribute('LabelEncoder', 'keys_strings', { texts: ['a', 'a', '', '?', 'NA'] }),
    );
    await refuses(/code 1 twice/, withAttribute('OneHotEncoder', 'cats_int64s', { ints: [1, 1] }));
    await refuses(/lists no code/, withAttribute('OneHotEncoder', 'cats_int64s', { ints: [] }));
    await refuses(/codes that it does not list/, withAttribute('OneHotEncoder', 'zeros', { int: 0 }));
    await refuses(/does not keep the rows/, withAttribute('Flatten', 'axis', { int: 0 }));
    await refuses(/side by side/, withAttribute('Concat', 'axis', { int: 0 }));
    await refuses(
      /lacks the attribute "offset"/,
      withNode('Scaler', node => ({ ...node, attributes: {} })),
    );
  });

  it('graphs that are wired otherwise, and operators of other models', async () => {
    const [joined, imputed] = model.nodes as [TestNode, TestNode];
    const rewired = (operator: string, change: Partial<TestNode>) =>
      withNode(operator, node => ({ ...node, ...change }));
    await refuses(
      /operator "Gather" of "" has no place/,
      rewired('Imputer', { operator: 'Gather', domain: '' }),
    );
    await refuses(/operator "Concat" of "ai.onnx.ml"/, rewired('Concat', { domain: 'ai.onnx.ml' }));
    await refuses(/which nothing has made/, rewired('Imputer', { inputs: ['nowhere'] }));
    await refuses(/which nothing has made/, changed({ nodes: [imputed, joined, ...model.nodes.slice(2)] }));
    await refuses(/is already used/, rewired('Scaler', { inputs: ['x'] }));
    await refuses(/Imputer has 2 inputs/, rewired('Imputer', { inputs: ['inner/n0', 'inner/n0'] }));
    await refuses(/cannot take "site"/, rewired('Scaler', { inputs: ['site'] }));
    await refuses(/is made twice/, rewired('Scaler', { outputs: ['x'] }));
    await refuses(/has 0 outputs/, rewired('Scaler', { outputs: [] }));
    const narrower = { coefficients: { floats: [0, 0, 4, 5] } };
    const dropped = model.nodes.map(node => {
      if (node.outputs[0] === 'inner/all') return { ...node, inputs: ['inner/f0'] };
      const isLast = node.operator === 'LinearClassifier';
      return isLast ? { ...node, attributes: { ...node.attributes, ...narrower } } : node;
    });
    await refuses(/nothing uses "inner\/scaled 0"/, changed({ nodes: dropped }));
    await refuses(
      /"x" is not imputed/,
      changed({
        nodes: [joined, { ...model.nodes[2]!, inputs: ['inner/n0'] }, ...model.nodes.slice(3)],
      }),
    );
    await refuses(/no LinearClassifier/, changed({ nodes: [] }));
    await refuses(/Concat has no inputs/, changed({ nodes: [{ ...joined, inputs: [] }] }));
  });

  it('files that say something else of themselves than they are', async () => {
    const said = model.facts as { classes: string[]; features: object[] };
    await refuses(/not of version 1/, changed({ facts: { ...said, version: 2 } }));
    await refuses(/other classes/, changed({ facts: { ...said, classes: ['p', 'n'] } }));
    await refuses(/other features/, changed({ facts: { ...said, features: said.features.slice(1) } }));
    await refuses(/other features/, changed({ facts: { ...said, features: [1, 2, 3] } }));
    await refuses(/other features/, changed({ facts: { ...said, features: 'x' } }));
    await refuses(/other classes|version 1/, changed({ facts: 3 }));
    await refuses(/its outputs are not/, changed({ outputs: model.outputs.slice(1) }));
    await refuses(
      /its input "x" is not one column/,
      changed({
        inputs: model.inputs.map(port => (port.name === 'x' ? { ...port, columns: 2 } : port)),
      }),
    );
    await refuses(/format has version 99/, changed({ irVersion: 99 }));
    await refuses(/of version 1$/m, changed({ opsets: { '': 17, 'ai.onnx.ml': 1 } }));
    await refuses(
      /operators "com.example"/,
      changed({ opsets: { '': 17, 'ai.onnx.ml': 3, 'com.example': 1 } }),
    );
  });

  it('files with fields that a linear model does not need', async () => {
    await refuses(/has initialisers/, changed({ inGraph: field(5, 'x') }));
    await refuses(/graph has the field 15/, changed({ inGraph: field(15, 'x') }));
    await refuses(/has the field 25/, changed({ inModel: field(25, 'x') }));
    await refuses(/two graphs/, changed({ inModel: field(7, []) }));
    await refuses(
      /metadata has "koinon.model" twice/,
      changed({ inModel: field(14, [field(1, 'koinon.model')]) }),
    );
  });

  it('hostile bytes: endless numbers, huge lengths, wrong wire types', async () => {
    await refuses(/no graph/, new Uint8Array());
    await refuses(/more than 64 bits/, raw([8], Array(20).fill(0xff) as number[]));
    await refuses(/more than 64 bits/, raw([8], Array(9).fill(0xff) as number[], [2]));
    await refuses(/ends within a number/, raw([8, 0x80]));
    await refuses(/longer than what it stands in/, raw(varint(7 * 8 + 2), varint(2 ** 31)));
    await refuses(/longer than what it stands in/, raw(varint(7 * 8 + 2), varint(-1)));
    await refuses(/longer than what it stands in/, raw(field(7, varint(1 * 8 + 2).concat(5))));
    await refuses(/wire type 3/, raw([7 * 8 + 3]));
    await refuses(/wire type 1/, raw([7 * 8 + 1]));
    await refuses(/field 7 has the wire type 0/, raw(integer(7, 1)));
    await refuses(/no number/, raw([0, 0]));
    await refuses(/not UTF-8/, raw(field(7, field(1, field(4, [0xc0, 0x80])))));
    const run = (content: Bytes) =>
      raw(field(7, field(1, field(5, [field(1, 'scale'), content, integer(20, 6)]))));
    await refuses(/ends within one/, run(field(7, [1, 2, 3])));
    await refuses(/"scale" is not of its type/, run(field(4, 'x')));
    await refuses(/"scale" has two values/, run([field(7, []), field(8, [])]));
  });

  it('a graph that doubles its columns at every node, before it has grown', async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => ({
      operator: 'Concat',
      domain: '',
      inputs: [i === 0 ? 'x' : `d${i}`, i === 0 ? 'x' : `d${i}`],
      outputs: [`d${i + 1}`],
      attributes: { axis: { int: 1 } },
    }));
    await refuses(/is already used/, changed({ nodes: [...doubling, ...model.nodes] }));
  });

  it('a model that does not fit into memory', async () => {
    const ran = await evaluate(
      changed({ inModel: field(6, Array(1 << 21).fill(32) as number[]) }),
      table,
      undefined,
      20,
    );
    assert.match(ran.stderr, /memory is full/);
    assert.equal(ran.exitCode, 5);
  });

  it('any damaged model, without ever trapping', async () => {
    const bytes = onnxBytes(model);
    const at = fc.integer({ min: 0, max: bytes.length - 1 });
    const edits = fc.array(fc.tuple(at, fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edits, fc.option(at), fc.tuple(at, at), async (edits, cut, [from, to]) => {
        let damaged = bytes.slice(0, cut ?? bytes.length);
        for (const [place, byte] of edits) if (place < damaged.length) damaged[place] = byte;
        if (edits.length === 3) damaged = raw([...damaged.slice(0, from), ...damaged.slice(to)]);
        const ran = await evaluate(damaged);
        assert.ok([0, 3].includes(ran.exitCode), `exit ${ran.exitCode}: ${ran.stderr}`);
        assert.equal(ran.exitCode === 0, ran.stderr === '');
        assert.equal(ran.outputs.size, ran.exitCode === 0 ? 1 : 0);
      }),
      { numRuns: cases(25, 100) },
    );
  });
});
