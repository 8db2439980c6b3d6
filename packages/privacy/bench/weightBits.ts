import { readFileSync } from 'node:fs';
import { type Manifest, type Policy, utf8 } from '@koinon/protocol';
import { run } from '@koinon/runtime';
import {
  buildTable,
  decodeTable,
  describeTable,
  holdBack,
  inferSchema,
  parseTable,
  partOf,
  type Table,
  tableBytes,
  tableToModelInputs,
} from '@koinon/tabular';
import * as ort from 'onnxruntime-web';
import { boundOf } from '../src/bound/boundOf.ts';
import { settingOf } from '../src/gate/setting.ts';
import { readLinear } from '../src/linear/readLinear.ts';
import { writeLinear } from '../src/linear/writeLinear.ts';
import { address, manifest as sample, policy as samplePolicy } from '../test/samples.ts';

const BITS = [4, 5, 6, 8, 10, 12, 16, 24];
const HELD_BACK = 0.2;
const SEEDS = [1, 2, 3, 4, 5];

ort.env.wasm.numThreads = 1;

export interface WeightBitsRow {
  [column: string]: string | number;
}

/**
 * What rounding costs: the shipped tabular-logistic on four fifths of the rows, its model as it was written and as the gate
 * rebuilds it, measured on the fifth held back; means over five ways to hold back. Bits are those of the whole job.
 */
export async function weightBits(
  csv: Uint8Array,
  target: string,
  policy: Policy = { ...samplePolicy, auditors: [address(1)] },
): Promise<{ rows: WeightBitsRow[]; note: string }> {
  const raw = parseTable(csv);
  const schema = inferSchema(raw, { target });
  const whole = buildTable(raw, schema, { minCategoryRows: policy.minGroupRows });
  const sums = [0, ...BITS].map(() => ({ loss: 0, accuracy: 0 }));
  let bounds: { bits: number; model: number }[] = [];
  let note = '';
  for (const seed of SEEDS) {
    const held = holdBack(whole, { share: HELD_BACK, seed, target });
    const description = describeTable(held, { target, minRows: policy.minGroupRows });
    const content = tableBytes(held);
    const trained = await train(partOf(content, 'training'), target);
    const test = decodeTable(partOf(content, 'held-back'));
    const manifest: Manifest = { ...sample, params: { target } };
    const told = BITS.map(weightBits => {
      const own = { ...policy, weightBits };
      const setting = settingOf(own, manifest, description);
      if ('none' in setting) throw new Error(setting.none);
      const { bits, terms } = boundOf(own, manifest, description)!;
      return { bits, model: terms[1]!.bits, file: writeLinear(readLinear(trained, setting), setting) };
    });
    bounds = told;
    for (const [i, model] of [trained, ...told.map(({ file }) => file)].entries()) {
      const { loss, accuracy } = await measure(model, test, target);
      sums[i]!.loss += loss / SEEDS.length;
      sums[i]!.accuracy += accuracy / SEEDS.length;
    }
    const measuring: Manifest = {
      ...manifest,
      outputs: [{ name: 'evaluation.json', class: 'evaluation', maxBytes: 50_000 }],
    };
    note =
      `${raw.rows} rows. An evaluation without groups has at most ` +
      `${boundOf(policy, measuring, description)!.bits} bits, report and instant included.`;
  }
  const [plain, ...rounded] = sums;
  return {
    note,
    rows: [
      {
        'bits a weight': 'as trained',
        'log loss': fixed(plain!.loss, 4),
        change: '',
        'accuracy %': percent(plain!.accuracy),
      },
      ...rounded.map(({ loss, accuracy }, i) => ({
        'bits a weight': BITS[i]!,
        'log loss': fixed(loss, 4),
        change: `${loss < plain!.loss ? '' : '+'}${fixed(loss - plain!.loss, 4)}`,
        'accuracy %': percent(accuracy),
        'bits of the model': fixed(bounds[i]!.model, 1),
        'bits of the job': bounds[i]!.bits,
      })),
    ],
  };
}

/** The model that tabular-logistic (built by `npm start` or `npm test`) writes for a table. */
async function train(table: Uint8Array, target: string): Promise<Uint8Array> {
  const module = new URL('../../../programs/build/tabular-logistic.wasm', import.meta.url);
  const ran = await run({
    module: new Uint8Array(readFileSync(module)),
    files: new Map([['table.safetensors', table]]),
    params: utf8.encode(JSON.stringify({ target })),
    seed: new Uint8Array(32),
    timeMs: 0n,
    limits: {
      fuel: 1n << 50n,
      stepFuel: 1n << 50n,
      memoryPages: 1024,
      callDepth: 1000,
      outputBytes: 2 ** 24,
    },
  });
  if (ran.exitCode !== 0) throw new Error(`exit ${ran.exitCode}: ${utf8.decode(ran.stderr)}`);
  return ran.outputs.get('model.onnx')!;
}

/** Mean log loss and accuracy under stock onnxruntime, over rows that have a value in the target. */
async function measure(
  model: Uint8Array,
  test: Table,
  target: string,
): Promise<{ loss: number; accuracy: number }> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const features = test.columns.filter(({ name }) => session.inputNames.includes(name));
  const inputs = tableToModelInputs(test, features);
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, dims }]) => [
      name,
      data instanceof Float32Array
        ? new ort.Tensor('float32', data, [...dims])
        : new ort.Tensor('string', data, [...dims]),
    ]),
  );
  const { probabilities } = await session.run(feeds);
  await session.release();
  const truth = test.columns.find(({ name }) => name === target)!;
  if (truth.type !== 'category') throw new Error('the target is no category');
  const classes = truth.dictionary.length;
  const flat = probabilities!.data as Float32Array;
  let loss = 0;
  let right = 0;
  let rows = 0;
  for (const [row, code] of truth.codes.entries()) {
    if (code < 0) continue;
    const own = [...flat.subarray(row * classes, (row + 1) * classes)];
    rows++;
    loss -= Math.log(Math.max(own[code]!, 1e-15));
    if (own.indexOf(Math.max(...own)) === code) right++;
  }
  return { loss: loss / rows, accuracy: right / rows };
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
