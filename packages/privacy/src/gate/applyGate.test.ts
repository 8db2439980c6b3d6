import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  encodeNode,
  type Policy,
  policyDigest,
  sha256,
  toHex,
  utf8,
  verdictSchema,
  ZERO_32,
} from '@koinon/protocol';
import fc from 'fast-check';
import { modelBytes, modelSample } from '../../test/modelSample.ts';
import { inputs, json, manifest, policy, table, training } from '../../test/samples.ts';
import { applyGate, verdictDigest } from './applyGate.ts';

const metrics = json(training);
const model = modelBytes(modelSample());
const honest = new Map([
  ['metrics.json', metrics],
  ['model.onnx', model],
]);
const gate = (outputs: ReadonlyMap<string, Uint8Array>, own: Partial<Policy> = {}) =>
  applyGate({ policy: { ...policy, ...own }, manifest, outputs, inputs });
const fates = (result: ReturnType<typeof gate>) =>
  result.verdict.artefacts.map(({ name, decision, reasons }) => [name, decision, ...reasons].join(' '));

describe('applyGate', () => {
  it('lets an honest model and its metrics out, and says what it changed', () => {
    const result = gate(honest);
    assert.deepEqual(fates(result), ['metrics.json changed rounded', 'model.onnx changed canonical-form']);
    assert.deepEqual([...result.released.keys()], ['metrics.json', 'model.onnx']);
    for (const { name, size, sha256: digest } of result.verdict.artefacts) {
      const bytes = result.released.get(name)!;
      assert.equal(size, bytes.length);
      assert.equal(digest, toHex(sha256(bytes)));
    }
    assert.equal(result.verdict.policy, policyDigest(policy));
    assert.equal(verdictDigest(result.verdict), toHex(sha256(encodeNode(result.verdict))));
    assert.deepEqual(verdictSchema.parse(result.verdict), result.verdict);
  });

  it('comes to the same bytes whatever the order in which files were written', () => {
    const first = gate(honest);
    const second = gate(new Map([...honest].reverse()));
    assert.deepEqual(encodeNode(second.verdict), encodeNode(first.verdict));
    assert.deepEqual([...second.released].sort(), [...first.released].sort());
  });

  it('releases its own output again byte for byte', () => {
    const { released } = gate(honest);
    const again = gate(new Map([['model.onnx', released.get('model.onnx')!]]));
    assert.deepEqual(again.released.get('model.onnx'), released.get('model.onnx'));
    assert.deepEqual(fates(again), ['metrics.json withheld missing', 'model.onnx released']);
  });

  it('drops what is not declared and lets not even its name out, whatever the name', () => {
    const secret = 'patient-17-is-ill';
    for (const name of [
      secret,
      `../${secret}`,
      `/out/${secret}`,
      `model.onnx/../${secret}`,
      'METRICS.JSON',
      '',
      `a\0${secret}`,
    ]) {
      const result = gate(new Map([...honest, [name, metrics]]));
      assert.deepEqual([...result.released.keys()], ['metrics.json', 'model.onnx']);
      assert.deepEqual(result.dropped, [name]);
      assert.deepEqual(encodeNode(result.verdict), encodeNode(gate(honest).verdict));
    }
  });

  it('withholds what is over a cap, of one artefact or of all together', () => {
    const padded = new Uint8Array([...metrics, ...new Uint8Array(10_001 - metrics.length).fill(32)]);
    assert.equal(fates(gate(new Map([['metrics.json', padded]])))[0], 'metrics.json withheld size-cap');
    assert.equal(
      fates(gate(honest, { maxArtefactBytes: metrics.length - 1 }))[0],
      'metrics.json withheld size-cap',
    );
    const first = gate(honest).released.get('metrics.json')!.length;
    const total = gate(honest, { maxTotalBytes: first });
    assert.deepEqual(fates(total), ['metrics.json changed rounded', 'model.onnx withheld total-cap']);
    assert.deepEqual([...total.released.keys()], ['metrics.json']);
    const withheld = total.verdict.artefacts[1]!;
    assert.deepEqual([withheld.size, withheld.sha256], [0, ZERO_32]);
  });

  it('lets no class out that the policy does not name', () => {
    assert.deepEqual(fates(gate(honest, { artefactClasses: ['metrics'] })), [
      'metrics.json changed rounded',
      'model.onnx withheld class-not-allowed',
    ]);
    assert.equal(gate(honest, { artefactClasses: [] }).released.size, 0);
  });

  it('lets rows out only where the policy allows tables, and then only whole safetensors files', () => {
    const rows = { ...manifest, outputs: [{ name: 'rows', class: 'table' as const, maxBytes: 50_000 }] };
    const run = (bytes: Uint8Array, artefactClasses: Policy['artefactClasses']) =>
      fates(
        applyGate({
          policy: { ...policy, artefactClasses },
          manifest: rows,
          outputs: new Map([['rows', bytes]]),
          inputs,
        }),
      );
    assert.deepEqual(run(table, ['model', 'metrics']), ['rows withheld class-not-allowed']);
    assert.deepEqual(run(table, ['table']), ['rows released']);
    assert.deepEqual(run(new Uint8Array([...table, 1]), ['table']), ['rows withheld schema']);
    assert.deepEqual(run(utf8.encode('age,sex\n30,f\n'), ['table']), ['rows withheld schema']);
  });

  it('says so when it had no dictionaries to hold names against', () => {
    const { verdict } = applyGate({ policy, manifest, outputs: honest });
    assert.deepEqual(
      verdict.artefacts.map(({ reasons }) => reasons.at(-1)),
      ['names-unchecked', 'names-unchecked'],
    );
  });

  it('lets no name out when the dataset is no table', () => {
    const blob = new Map([['table.safetensors', utf8.encode('not a table')]]);
    assert.deepEqual(fates(applyGate({ policy, manifest, outputs: honest, inputs: blob })), [
      'metrics.json withheld unknown-name',
      'model.onnx withheld unknown-name',
    ]);
  });

  it('never fails on any bytes, and never lets them out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const result = gate(
          new Map([
            ['metrics.json', bytes],
            ['model.onnx', bytes],
          ]),
        );
        assert.equal(result.released.size, 0);
        for (const { reasons } of result.verdict.artefacts) assert.equal(reasons.length, 1);
      }),
    );
  });

  it('lets a file with one changed byte out only in a form it would have given an honest one', () => {
    fc.assert(
      fc.property(fc.nat(model.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = model.slice();
        changed[at]! ^= change;
        const first = gate(new Map([['model.onnx', changed]])).released.get('model.onnx');
        if (first === undefined) return;
        assert.deepEqual(gate(new Map([['model.onnx', first]])).released.get('model.onnx'), first);
      }),
      { numRuns: 500 },
    );
  });
});
