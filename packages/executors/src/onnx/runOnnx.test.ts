import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { executionCommitment, ZERO_32 } from '@koinon/protocol';
import { EXIT } from '@koinon/runtime';
import { decodePredictions, decodeTable } from '@koinon/tabular';
import * as ort from 'onnxruntime-web';
import { createExecutor } from '../createExecutor.ts';
import { openingOf } from '../openings.ts';
import { jobOf, options, sandboxKinds, skipSandbox, smallTable } from '../testing/jobs.ts';
import { attribute, description, node, nodes, onnxFile, ports, smallModel } from '../testing/onnxModel.ts';
import { CHUNK_ROWS, ONNX_EXIT, onnxFuel } from './limits.ts';
import { PREDICTIONS_OUTPUT, runOnnx, TABLE_INPUT } from './runOnnx.ts';

const model = smallModel();
const job = (
  more: {
    program?: Uint8Array;
    table?: Uint8Array | null;
    params?: Record<string, string>;
    limits?: object;
  } = {},
) =>
  jobOf(more.program ?? model, {
    executor: 'onnx',
    inputs: more.table === null ? {} : { [TABLE_INPUT]: more.table ?? smallTable() },
    params: more.params ?? { target: 'risk' },
    ...(more.limits ? { limits: more.limits } : {}),
  });

describe('an onnx job', () => {
  test('says what stock onnxruntime says about the same rows', async () => {
    const rows = CHUNK_ROWS + 3;
    const table = decodeTable(smallTable(rows));
    const outcome = await runOnnx(ort, job({ table: smallTable(rows) }));
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    const predictions = decodePredictions(outcome.outputs.get(PREDICTIONS_OUTPUT)!);
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const [age, sex] = table.columns;
    assert.ok(age?.type === 'number' && sex?.type === 'category');
    const words = Array.from(sex.codes, code => sex.dictionary[code] ?? '');
    const answer = await session.run({
      age: new ort.Tensor('float32', age.values, [rows, 1]),
      sex: new ort.Tensor('string', words, [rows, 1]),
    });
    const labels = Array.from(predictions.label, index => predictions.classes[index]);
    const expected = answer['probabilities']!.data as Float32Array;
    for (let i = 0; i < rows; i++) {
      assert.equal(labels[i], (answer['label']!.data as string[])[i]);
      assert.ok(Math.abs(predictions.probabilities[2 * i]! - expected[2 * i]!) < 1e-6, `row ${i}`);
    }
    await session.release();
  });

  test('comes to the same execution in this process and in every sandbox', async () => {
    const here = await runOnnx(ort, job());
    for (const sandbox of sandboxKinds.filter(kind => !skipSandbox[kind])) {
      const there = await createExecutor({ sandbox }).run(job(), options);
      const { exitCode, fuel, outputs, traceRoot } = here;
      const commitment = executionCommitment(
        openingOf({ ...there, exitCode, fuel, outputs, traceRoot }, ZERO_32),
      );
      assert.equal(executionCommitment(openingOf(there, ZERO_32)), commitment);
      assert.equal(there.exitCode, 0);
      assert.equal(there.sandbox, sandbox);
    }
  });

  test('is priced by model bytes, rows and features alone', async () => {
    const { fuel } = await runOnnx(ort, job());
    assert.equal(fuel, onnxFuel(model.length, 5, 2));
    assert.equal(onnxFuel(1_000, 10, 3), 20_000_000n + 100_000n + 10n * (1_000n + 600n + 250n));
  });

  test('whose fuel limit is below its price is not run', async () => {
    const outcome = await runOnnx(ort, job({ limits: { fuel: 20_000_000 } }));
    assert.equal(outcome.exitCode, EXIT.OUT_OF_FUEL);
    assert.equal(outcome.fuel, 20_000_000n);
    assert.equal(outcome.outputs.size, 0);
  });

  test('whose predictions exceed the limit of outputs has none', async () => {
    const outcome = await runOnnx(ort, job({ limits: { outputBytes: 100 } }));
    assert.equal(outcome.exitCode, EXIT.OUTPUT_TOO_LARGE);
    assert.equal(outcome.outputs.size, 0);
  });

  const inputFailures: Record<string, [Parameters<typeof job>[0], RegExp]> = {
    'without a table': [{ table: null }, /no input table\.safetensors/],
    'with a table that is none': [{ table: new Uint8Array(20) }, /./],
    'with parameters it does not know': [{ params: { colour: 'red' } }, /params\.json/],
    'whose target is a feature': [{ params: { target: 'age' } }, /"age" is a feature/],
  };
  for (const [name, [change, message]] of Object.entries(inputFailures)) {
    test(`${name} ends with the code for inputs`, async () => {
      const outcome = await runOnnx(ort, job(change));
      assert.equal(outcome.exitCode, ONNX_EXIT.INPUT);
      assert.match(outcome.stderr, message);
      assert.equal(outcome.outputs.size, 0);
    });
  }

  test('with a table that lacks a column of the model says which', async () => {
    const features = [...description.features, { name: 'weight', type: 'number' }];
    const extra = [node('Identity', '', ['weight'], ['unused'])];
    const { port } = await import('../testing/onnxModel.ts');
    const program = onnxFile([...nodes, ...extra, ...ports, port(11, 'weight', 1, [-1, 1])], {
      ...description,
      features,
    });
    const outcome = await runOnnx(ort, job({ program }));
    assert.equal(outcome.exitCode, ONNX_EXIT.INPUT);
    assert.match(outcome.stderr, /weight/);
  });

  test('columns the model does not ask for change nothing', async () => {
    const withTarget = await runOnnx(ort, job({ params: {} }));
    assert.equal(withTarget.exitCode, 0);
    assert.equal(withTarget.traceRoot, (await runOnnx(ort, job())).traceRoot);
  });

  test('with a model the runtime does not load ends with the code for models', async () => {
    const program = onnxFile(
      [node('Concat', '', ['absent'], ['row'], attribute.int('axis', 1)), ...ports],
      description,
    );
    const outcome = await runOnnx(ort, job({ program }));
    assert.equal(outcome.exitCode, ONNX_EXIT.MODEL);
  });

  test('with a model whose description lies about its inputs ends with the code for models', async () => {
    const features = [
      { name: 'age', type: 'number' },
      { name: 'sex', type: 'number' },
    ];
    const program = onnxFile([...nodes, ...ports], { ...description, features });
    const outcome = await runOnnx(ort, job({ program }));
    assert.equal(outcome.exitCode, ONNX_EXIT.MODEL);
    assert.match(outcome.stderr, /"sex"/);
  });

  test('with a model that names classes it did not describe ends with the code for rows', async () => {
    const program = onnxFile([...nodes, ...ports], { ...description, classes: ['high', 'other'] });
    const outcome = await runOnnx(ort, job({ program }));
    assert.equal(outcome.exitCode, ONNX_EXIT.ROWS);
  });

  test('reserves code 0 for predictions of every row, and the trace is that of the outputs', async () => {
    const [a, b] = [await runOnnx(ort, job()), await runOnnx(ort, job({ table: smallTable(6) }))];
    assert.notEqual(a.traceRoot, b.traceRoot);
    assert.equal(decodePredictions(b.outputs.get(PREDICTIONS_OUTPUT)!).rows, 6);
  });
});
