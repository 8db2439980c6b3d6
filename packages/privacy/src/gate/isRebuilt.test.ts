import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ArtefactClass,
  type Manifest,
  type Policy,
  type TableDescription,
  utf8,
} from '@koinon/protocol';
import fc from 'fast-check';
import { drawFiles } from '../testing/drawFiles.ts';
import { isRebuilt } from './isRebuilt.ts';

type Rebuilt = Exclude<ArtefactClass, 'table'>;

const policy: Policy = {
  koinon: 'policy/2',
  minGroupRows: 10,
  outputs: { model: 1, metrics: 1, evaluation: 1 },
  weightBits: 8,
  ratePermille: 5,
  groups: ['sex'],
  opaqueBits: 0,
  publicInputs: [],
  candidates: true,
  bits: { job: 1000, requesterYear: 2000, year: 4000, total: 10_000 },
  maxUses: 4,
  token: `0x${'70'.repeat(20)}`,
  amount: 1000n,
  dryRunAmount: 100n,
  auditors: [`0x${'a1'.repeat(20)}`],
  maxFuel: 1e12,
  maxRunMs: 60_000,
};
const description: TableDescription = {
  version: 2,
  approximateRows: 400,
  approximateHeldBackRows: 100,
  columns: [
    { name: 'age', type: 'number', grid: { centre: 48, unit: 8 } },
    { name: 'sex', type: 'category', dictionary: ['f', 'm'] },
    { name: 'ill', type: 'category', dictionary: ['no', 'unsure', 'yes'] },
  ],
};
const manifest: Manifest = {
  koinon: 'manifest/2',
  executor: 'wasm',
  profile: 'koinon-det-1',
  program: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
  inputs: [
    {
      name: 'table.safetensors',
      source: { dataset: { id: '7', contentRoot: `0x${'c0'.repeat(32)}`, rows: 'training' } },
    },
  ],
  params: { target: 'ill', groupBy: ['sex'] },
  seed: new Uint8Array(32),
  timeMs: 0,
  limits: { fuel: 1e9, stepFuel: 1e8, memoryPages: 100, callDepth: 100, outputBytes: 100_000 },
  outputs: (['evaluation', 'metrics', 'model'] as const).map(each => ({
    name: each,
    class: each,
    maxBytes: 30_000,
  })),
  private: true,
};
const terms = { policy, manifest, description };
const classes: readonly Rebuilt[] = ['evaluation', 'metrics', 'model'];
const seeds = fc.uint8Array({ minLength: 1, maxLength: 8 });
const weightBits = fc.constantFrom(4, 7, 8, 12, 24);

describe('isRebuilt', () => {
  it('knows every file the gate writes, at every precision', () => {
    fc.assert(
      fc.property(seeds, weightBits, fc.integer({ min: 1, max: 100 }), (seed, bits, ratePermille) => {
        const own = { ...terms, policy: { ...policy, weightBits: bits, ratePermille } };
        for (const [name, bytes] of drawFiles(own, seed)) {
          assert.ok(isRebuilt(bytes, name as Rebuilt, own), name);
        }
      }),
    );
  });

  it('takes groups without measures for what they are: hidden', () => {
    const file = JSON.parse(utf8.decode(drawFiles(terms, utf8.encode('a')).get('evaluation')!));
    for (const name of ['accuracy', 'logLoss', 'rocAuc', 'expectedCalibrationError']) {
      file.groups[1][name] = null;
    }
    assert.ok(isRebuilt(utf8.encode(JSON.stringify(file)), 'evaluation', terms));
  });

  it('refuses a file with a byte added, taken away or moved', () => {
    for (const [name, bytes] of drawFiles(terms, utf8.encode('a'))) {
      const longer = new Uint8Array([...bytes, name === 'model' ? 0 : 0x20]);
      for (const other of [longer, bytes.subarray(1), bytes.toReversed(), new Uint8Array()]) {
        assert.ok(!isRebuilt(other, name as Rebuilt, terms), name);
      }
    }
  });

  it('refuses a weight that is off its grid by its last digit', () => {
    const model = drawFiles(terms, utf8.encode('b')).get('model')!;
    const view = new DataView(model.buffer, model.byteOffset, model.length);
    const weights = new Set(Array.from({ length: 127 }, (_, i) => Math.fround(((i + 1) * 4) / 127)));
    const places = Array.from({ length: model.length - 3 }, (_, at) => at).filter(at =>
      weights.has(Math.abs(view.getFloat32(at, true))),
    );
    assert.ok(places.length >= 4, `${places.length} weights`);
    for (const at of places) {
      const altered = Uint8Array.from(model);
      altered[at]! ^= 1;
      assert.ok(!isRebuilt(altered, 'model', terms), `byte ${at}`);
    }
  });

  it('refuses figures off their grid, members of their own, and other spellings of the same facts', () => {
    const text = utf8.decode(drawFiles(terms, utf8.encode('c')).get('metrics')!);
    const figures = JSON.parse(text);
    const variants = [
      JSON.stringify({ ...figures, accuracy: 0.5001 }),
      JSON.stringify({ ...figures, iterations: 17 }),
      JSON.stringify({ ...figures, rows: 401 }),
      JSON.stringify({ ...figures, classes: [...figures.classes].reverse() }),
      `${text}\n`,
      text.replace(/,/, ', '),
    ];
    for (const variant of variants) assert.ok(!isRebuilt(utf8.encode(variant), 'metrics', terms), variant);
  });

  it('knows files by their terms: those of another policy, table or class are refused', () => {
    const files = drawFiles(terms, utf8.encode('d'));
    const finer = { ...terms, policy: { ...policy, weightBits: 4 } };
    assert.ok(!isRebuilt(files.get('model')!, 'model', finer));
    const larger = { ...terms, description: { ...description, approximateRows: 500 } };
    for (const each of classes) {
      assert.ok(!isRebuilt(files.get(each)!, each, larger));
      const other = classes[(classes.indexOf(each) + 1) % classes.length]!;
      assert.ok(!isRebuilt(files.get(each)!, other, terms));
    }
    const untargeted = { ...terms, manifest: { ...manifest, params: {} } };
    assert.ok(!isRebuilt(files.get('metrics')!, 'metrics', untargeted));
  });
});
