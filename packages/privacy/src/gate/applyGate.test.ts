import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  encodeNode,
  type Manifest,
  type Policy,
  policyDigest,
  sealReasons,
  sha256,
  toHex,
  utf8,
  verdictSchema,
} from '@koinon/protocol';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { linearFacts, spellings } from '../../test/arbitraries.ts';
import { modelBytes, modelSample, scoresOfFacts } from '../../test/modelSample.ts';
import {
  description,
  evaluation,
  fates,
  gate,
  hex,
  inputs,
  manifest,
  policy,
  rawJson,
  salt,
  settingFor,
  table,
  training,
} from '../../test/samples.ts';
import { boundOf } from '../bound/boundOf.ts';
import { verdictDigest } from './applyGate.ts';

const setting = settingFor();
const facts = { exponent: 0, intercepts: [-9], weights: [[1, -2, 3, 40, 0, 0, 127]] };
const model = modelBytes(modelSample(scoresOfFacts(facts, setting), setting));
const metrics = rawJson(training);
const honest = new Map([
  ['metrics.json', metrics],
  ['model.onnx', model],
]);
const under = (own: Partial<Policy>) => gate(honest, { policy: { ...policy, ...own } });

describe('applyGate', () => {
  it('lets an honest model and its metrics out, and tells outside only what those say', () => {
    const result = gate(honest);
    assert.deepEqual(fates(result), ['metrics.json left rebuilt', 'model.onnx left rebuilt']);
    assert.deepEqual([...result.released.keys()], ['metrics.json', 'model.onnx']);
    for (const { name, size, sha256: digest } of result.verdict.artefacts) {
      const bytes = result.released.get(name)!;
      assert.deepEqual([size, digest], [bytes.length, toHex(sha256(bytes))]);
    }
    const { verdict, reasons } = result;
    assert.equal(verdict.word, 'released');
    assert.equal(verdict.policy, policyDigest(policy));
    assert.equal(verdict.bits, boundOf(policy, manifest, description)!.bits);
    assert.equal(verdict.sealed, sealReasons(reasons, salt));
    assert.equal(verdictDigest(verdict), toHex(sha256(encodeNode(verdict))));
    assert.deepEqual(verdictSchema.parse(verdict), verdict);
  });

  it('charges the same and says the same outside, whatever the reason that something stayed', () => {
    const stayed = [
      new Map([['metrics.json', metrics]]),
      new Map([...honest, ['model.onnx', utf8.encode('no model')]]),
      new Map([...honest, ['model.onnx', model.slice(0, -1)]]),
      new Map([...honest, ['model.onnx', new Uint8Array(50_001)]]),
    ].map(outputs => gate(outputs));
    assert.equal(new Set(stayed.map(result => fates(result)[1])).size, 4);
    const outside = stayed.map(({ verdict: { sealed: _, ...rest } }) => rest);
    for (const each of outside) assert.deepEqual(each, outside[0]);
    assert.equal(outside[0]!.word, 'withheld');
    assert.equal(outside[0]!.bits, gate(honest).verdict.bits);
    // Under another salt the same reasons have another seal: nobody can try them out.
    assert.notEqual(gate(honest, { salt: hex(0x5b) }).verdict.sealed, gate(honest).verdict.sealed);
  });

  it('comes to the same bytes whatever the order in which files were written', () => {
    const first = gate(honest);
    const second = gate(new Map([...honest].reverse()));
    assert.deepEqual(encodeNode(second.verdict), encodeNode(first.verdict));
    assert.deepEqual([...second.released], [...first.released]);
  });

  it('releases of a model and of metrics it released before the same bytes again', () => {
    const { released } = gate(honest);
    const again = gate({
      'model.onnx': released.get('model.onnx')!,
      'metrics.json': released.get('metrics.json')!,
    });
    assert.deepEqual([...again.released], [...released]);
  });

  it('lets no file out that is not declared, nor its name, whatever the name', () => {
    const secret = 'patient-17-is-ill';
    const plain = gate(honest);
    for (const name of [secret, `../${secret}`, `/out/${secret}`, 'METRICS.JSON', '', `a\0${secret}`]) {
      const result = gate(new Map([...honest, [name, metrics]]));
      assert.deepEqual(encodeNode(result.verdict), encodeNode(plain.verdict));
      assert.deepEqual([...result.released], [...plain.released]);
    }
  });

  it('withholds what is over the cap its manifest gives it, as it was written or as it would leave', () => {
    const padded = new Uint8Array(10_001).fill(32);
    padded.set(metrics);
    assert.equal(fates(gate({ 'metrics.json': padded }))[0], 'metrics.json stayed size-cap');
    const capped = (maxBytes: number): Manifest => ({
      ...manifest,
      outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes }],
    });
    const size = gate({ 'metrics.json': rawJson({}) }).released.get('metrics.json')!.length;
    assert.deepEqual(fates(gate({ 'metrics.json': rawJson({}) }, { manifest: capped(size) })), [
      'metrics.json left rebuilt',
    ]);
    assert.deepEqual(fates(gate({ 'metrics.json': rawJson({}) }, { manifest: capped(size - 1) })), [
      'metrics.json stayed size-cap',
    ]);
  });

  it('lets out no more files of a class than the policy does', () => {
    assert.deepEqual(fates(under({ outputs: { model: 0, metrics: 1, evaluation: 0 } })), [
      'metrics.json left rebuilt',
      'model.onnx stayed class-not-allowed',
    ]);
    const many: Manifest = {
      ...manifest,
      outputs: Array.from({ length: 64 }, (_, i) => ({
        name: `m${i + 10}`,
        class: 'model' as const,
        maxBytes: 50_000,
      })),
    };
    const written = new Map(many.outputs.map(({ name }) => [name, model]));
    assert.deepEqual([...gate(written, { manifest: many }).released.keys()], ['m10']);
  });

  it('lets bytes out as they were written only up to the bits that the policy allows for that', () => {
    const rows = (maxBytes: number): Manifest => ({
      ...manifest,
      outputs: ['a', 'b'].map(name => ({ name, class: 'table' as const, maxBytes })),
    });
    const run = (maxBytes: number, opaqueBits: number) =>
      fates(
        gate(
          { a: table.slice(0, 10), b: table.slice(10, 20) },
          { manifest: rows(maxBytes), policy: { ...policy, opaqueBits } },
        ),
      );
    assert.deepEqual(run(10, 0), ['a stayed class-not-allowed', 'b stayed class-not-allowed']);
    assert.deepEqual(run(10, 81), ['a left opaque', 'b stayed class-not-allowed']);
    assert.deepEqual(run(10, 162), ['a left opaque', 'b left opaque']);
    assert.deepEqual(run(9, 1_000), ['a stayed size-cap', 'b stayed size-cap']);
  });

  it('lets nothing of a known class out where the target is no column of words', () => {
    for (const params of [{}, { target: 'age' }, { target: 'nobody' }, { target: 7 }]) {
      const result = gate(honest, { manifest: { ...manifest, params } });
      assert.equal(result.released.size, 0);
      assert.equal(result.verdict.bits, 0);
    }
  });

  it('needs the table for an evaluation, and for a model or metrics nothing but the description', () => {
    assert.deepEqual([...gate(honest, { inputs: new Map() }).released], [...gate(honest).released]);
    const measuring: Manifest = {
      ...manifest,
      outputs: [{ name: 'e.json', class: 'evaluation', maxBytes: 50_000 }],
    };
    const told = { 'e.json': rawJson(evaluation([])) };
    assert.deepEqual(fates(gate(told, { manifest: measuring })), ['e.json left rebuilt']);
    assert.deepEqual(fates(gate(told, { manifest: measuring, inputs: new Map() })), [
      'e.json stayed inconsistent',
    ]);
  });

  it('never fails on any bytes, and lets none of them out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const result = gate({ 'metrics.json': bytes, 'model.onnx': bytes });
        assert.equal(result.released.has('model.onnx'), false);
        assert.equal(result.reasons[1]!.reasons.length, 1);
      }),
      { numRuns: cases(150, 2_000) },
    );
  });

  it('never fails on any JSON, and releases one of the files that its facts have', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), text => {
        const result = gate({ 'metrics.json': utf8.encode(text), 'model.onnx': utf8.encode(text) });
        const bytes = result.released.get('metrics.json');
        if (bytes === undefined) return;
        assert.deepEqual(gate({ 'metrics.json': bytes }).released.get('metrics.json'), bytes);
      }),
      { numRuns: cases(100, 1_000) },
    );
  });

  it('releases of a damaged model nothing, or a file it would have given an honest one', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'insert')), {
      minLength: 1,
      maxLength: 4,
    });
    const models = fc
      .tuple(linearFacts(setting), spellings)
      .map(([made, spelling]) => modelBytes(modelSample(scoresOfFacts(made, setting), setting, spelling)));
    let left = 0;
    fc.assert(
      fc.property(models, damage, (bytes, changes) => {
        let changed: Uint8Array = bytes.slice();
        for (const [place, byte, how] of changes) {
          const at = place % Math.max(1, changed.length);
          if (how === 'set') changed[at] = byte;
          else
            changed = new Uint8Array([
              ...changed.subarray(0, at),
              ...(how === 'insert' ? [byte] : []),
              ...changed.subarray(at + (how === 'cut' ? 1 : 0)),
            ]);
        }
        const first = gate({ 'model.onnx': changed }).released.get('model.onnx');
        if (first === undefined) return;
        left++;
        assert.deepEqual(gate({ 'model.onnx': first }).released.get('model.onnx'), first);
      }),
      { numRuns: cases(150, 2_000) },
    );
    assert.ok(left > 0);
  });

  it('is a function of facts, policy, manifest and description alone: what the rows are makes no difference to it', () => {
    const other = new Map([...inputs].map(([name, bytes]) => [name, bytes.map(byte => byte ^ 1)]));
    assert.deepEqual([...gate(honest, { inputs: other }).released], [...gate(honest).released]);
  });
});
