import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPredictor, type Predictor } from './predictor.ts';
import './testing/jobs.ts';
import { description, nodes, onnxFile, ports, smallModel } from './testing/onnxModel.ts';

const columns = (ages: number[], words: string[]) =>
  new Map<string, Float32Array | string[]>([
    ['age', Float32Array.from(ages)],
    ['sex', words],
  ]);

describe('a predictor', () => {
  let predictor: Predictor;
  before(async () => {
    predictor = await createPredictor(smallModel(), { maxRows: 10 });
  });
  after(() => predictor.close());

  test('answers every question with its own rows, in order', async () => {
    const answers = await Promise.all([
      predictor.predict(columns([90], ['m']), 1),
      predictor.predict(columns([10, 90], ['f', 'm']), 2),
    ]);
    assert.deepEqual(
      answers.map(answer => answer.labels),
      [['high'], ['low', 'high']],
    );
    assert.deepEqual(answers[0]!.classes, ['high', 'low']);
    const [high, low] = answers[0]!.probabilities;
    // 0.1·90 − 0.5·1 − 5 = 3.5 against −3.5
    assert.ok(Math.abs(high! - 1 / (1 + Math.exp(-7))) < 1e-6);
    assert.ok(Math.abs(high! + low! - 1) < 1e-6);
  });

  test('describes its tensors in the words of the Open Inference Protocol', () => {
    assert.deepEqual(predictor.metadata(), {
      inputs: [
        { name: 'age', datatype: 'FP32', shape: [-1, 1] },
        { name: 'sex', datatype: 'BYTES', shape: [-1, 1] },
      ],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    });
  });

  test('refuses rows it cannot take and goes on', async () => {
    const error = { code: 'K_PREDICT_INPUT', fault: 'user' };
    await assert.rejects(predictor.predict(new Map([['age', Float32Array.of(1)]]), 1), error);
    await assert.rejects(predictor.predict(columns([1, 2], ['m']), 1), error);
    await assert.rejects(predictor.predict(columns([], []), 0), error);
    await assert.rejects(predictor.predict(columns([1], ['x'.repeat(3_000_000)]), 1), error);
    await assert.rejects(predictor.predict(columns(Array(11).fill(1), Array(11).fill('m')), 11), error);
    assert.equal((await predictor.predict(columns([90], ['m']), 1)).labels[0], 'high');
  });
});

test('a predictor that is closed ends its child and says so', async () => {
  const predictor = await createPredictor(smallModel());
  const pending = predictor.predict(columns([1], ['m']), 1);
  await predictor.close();
  await assert.rejects(pending, { code: 'K_HOST_ABORTED' });
  await assert.rejects(predictor.predict(columns([1], ['m']), 1), { code: 'K_HOST_ABORTED' });
});

test('a model the runtime does not load is refused when the predictor is made', async () => {
  const broken = onnxFile([...nodes.slice(0, 1), ...ports], description);
  await assert.rejects(createPredictor(broken), { code: 'K_MODEL_REFUSED', fault: 'user' });
});
