import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TableDescription, toHex, utf8 } from '@koinon/protocol';
import {
  type ModelSample,
  modelBytes,
  modelSample,
  type NodeSample,
  scoresOfFacts,
} from '../../test/modelSample.ts';
import { description, fates, gate, manifest, policy, rawJson, settingFor } from '../../test/samples.ts';
import { digitsOf, log2, numberOf, numberOfDigits, secret, turned } from '../../test/secret.ts';
import { boundOf } from '../bound/boundOf.ts';
import { LOSS_VALUES } from '../figures/figures.ts';
import { slotsOf, stepsOf } from '../linear/linearFacts.ts';
import { readLinear } from '../linear/readLinear.ts';

const setting = settingFor();
const facts = { exponent: 0, intercepts: [-9], weights: [[1, -2, 3, 40, 0, 0, 127]] };
const scores = scoresOfFacts(facts, setting);
const plain = modelSample(scores, setting);
const release = (sample: ModelSample | Uint8Array): Uint8Array | undefined =>
  gate({ 'model.onnx': sample instanceof Uint8Array ? sample : modelBytes(sample) }).released.get(
    'model.onnx',
  );
const honest = release(plain)!;
const changed = (operator: string, change: (node: NodeSample) => NodeSample): ModelSample => ({
  ...plain,
  nodes: plain.nodes.map(node => (node.operator === operator ? change(node) : node)),
});
const bit = (bytes: Uint8Array, at: number) => (bytes[at >> 3]! >> (at & 7)) & 1;

/** Nothing gets through: for one secret as for the other the very file that leaves without any. */
function carriesNothing(what: string, write: (bytes: Uint8Array) => ModelSample | Uint8Array): void {
  for (const bytes of [secret, turned]) {
    const released = release(write(bytes));
    assert.ok(released !== undefined, `${what} was withheld, so nothing was tried`);
    assert.equal(toHex(released), toHex(honest), what);
  }
}

describe('a program that writes rows into a model', () => {
  it('cannot by the order of a node\u2019s inputs, however many there are', () => {
    // As it was done: two bits a name over four names, and the coefficients follow, so that the model is the same.
    const features = setting.features.map(({ name }) => name);
    carriesNothing('permutation', bytes => {
      const order = permutationOf(numberOf(bytes.subarray(0, 1)) % 24n, features);
      assert.deepEqual(rankOf(order, features), numberOf(bytes.subarray(0, 1)) % 24n);
      const byName = modelSample(scores, setting);
      return {
        ...byName,
        inputs: [...byName.inputs].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)),
      };
    });
    carriesNothing('wiring', bytes => {
      const names = Array.from({ length: 8 * 100 }, (_, i) => (bit(bytes, i) === 0 ? 'age' : 'bmi'));
      const wiring: NodeSample = {
        operator: 'Concat',
        inputs: names,
        outputs: ['wired'],
        attributes: { axis: { int: 1n } },
      };
      const last = plain.nodes.at(-1)!;
      const before = last.attributes['coefficients'] as { floats: number[] };
      const width = before.floats.length / 2;
      const rows = [0, 1].map(k => [
        ...before.floats.slice(k * width, (k + 1) * width),
        ...names.map(() => 0),
      ]);
      const joined: NodeSample = { ...wiring, inputs: [last.inputs[0]!, 'wired'], outputs: ['both'] };
      return {
        ...plain,
        nodes: [
          ...plain.nodes.slice(0, -1),
          wiring,
          joined,
          {
            ...last,
            inputs: ['both'],
            attributes: { ...last.attributes, coefficients: { floats: rows.flat() } },
          },
        ],
      };
    });
  });

  it('cannot by the low bits of floats', () => {
    const low = (bytes: Uint8Array, from: number) => (values: readonly number[]) =>
      values.map((value, i) => {
        const float = new DataView(new ArrayBuffer(4));
        float.setFloat32(0, value);
        // Twelve of 32 bits a number; a zero takes what is far below one step.
        if (value === 0) return (bytes[from + i]! + 1) * 2 ** -30;
        float.setUint32(
          0,
          (float.getUint32(0) & 0xfffff000) | (bytes[from + i]! << 4) | (bytes[from + i + 1]! & 15),
        );
        return float.getFloat32(0);
      });
    carriesNothing('coefficients', bytes =>
      changed('LinearClassifier', node => ({
        ...node,
        attributes: {
          ...node.attributes,
          coefficients: {
            floats: low(bytes, 0)((node.attributes['coefficients'] as { floats: number[] }).floats),
          },
          intercepts: {
            floats: low(bytes, 20)((node.attributes['intercepts'] as { floats: number[] }).floats),
          },
        },
      })),
    );
  });

  it('cannot by zeros of two signs, subnormal numbers or what fills a missing cell', () => {
    carriesNothing('zeros', bytes =>
      changed('LinearClassifier', node => ({
        ...node,
        attributes: {
          ...node.attributes,
          coefficients: {
            floats: (node.attributes['coefficients'] as { floats: number[] }).floats.map((value, i) =>
              value !== 0 ? value : bit(bytes, 3 * i) === 1 ? -0 : bytes[i]! * 2 ** -149,
            ),
          },
        },
      })),
    );
    carriesNothing('filler', bytes =>
      changed('Imputer', node => ({
        ...node,
        attributes: {
          ...node.attributes,
          imputed_value_floats: { floats: [bytes[0]!, numberAt(bytes, 1)] },
          replaced_value_float: { float: numberAt(bytes, 5) },
        },
      })),
    );
  });

  it('cannot by the payload of a NaN: where a number is needed it is none, and elsewhere it is dropped', () => {
    const nan = (bytes: Uint8Array) => Uint8Array.of(bytes[0]!, bytes[1]!, 0xc0, 0x7f);
    const withNaN = changed('LinearClassifier', node => ({
      ...node,
      attributes: { ...node.attributes, intercepts: { floats: [Number.NaN, 0] } },
    }));
    assert.equal(release(withNaN), undefined);
    carriesNothing('replaced value', bytes => {
      const written = modelBytes(plain);
      const at = indexOf(written, Uint8Array.of(0x15, 0, 0, 0xc0, 0x7f));
      assert.ok(at > 0);
      written.set(nan(bytes), at + 1);
      return written;
    });
  });

  it('cannot by names, documentation, versions, padding and nodes that lead nowhere', () => {
    const text = (bytes: Uint8Array) => toHex(bytes.subarray(0, 200));
    carriesNothing('names inside', bytes => ({
      ...plain,
      nodes: plain.nodes.map(node => ({
        ...node,
        inputs: node.inputs.map(name => (/^t\d+$/.test(name) ? name + text(bytes) : name)),
        outputs: node.outputs.map(name => name + text(bytes)),
        extra: [
          [3, text(bytes)],
          [6, text(bytes)],
        ],
      })),
      outputs: [`${plain.outputs![0]}${text(bytes)}`, `${plain.outputs![1]}${text(bytes)}`],
    }));
    carriesNothing('words of the file', bytes => ({
      ...plain,
      extraGraph: [
        [2, text(bytes)],
        [10, text(bytes)],
        [13, bytes],
      ],
      extraModel: [
        [1, numberOf(bytes.subarray(0, 7))],
        [2, text(bytes)],
        [3, text(bytes)],
        [5, numberOf(bytes.subarray(7, 14))],
        [6, text(bytes)],
        [14, bytes],
        [14, rawJson({ rows: text(bytes), classes: [text(bytes)] })],
      ],
    }));
    carriesNothing('varints longer than they need be', bytes => {
      let at = 0;
      return { ...plain, spelling: { pick: count => (count === 3 ? 2 * bit(bytes, at++ % 800) : 0) } };
    });
    carriesNothing('nodes that lead nowhere', bytes => ({
      ...plain,
      nodes: [
        ...Array.from(
          { length: 100 },
          (_, i): NodeSample => ({
            operator: bit(bytes, i) === 0 ? 'Flatten' : 'Concat',
            inputs: [bit(bytes, i + 100) === 0 ? 'age' : 'site'],
            outputs: [`nowhere${i}`],
            attributes: { axis: { int: 1n } },
          }),
        ),
        ...plain.nodes,
      ],
    }));
    carriesNothing('codes of words', bytes => {
      const by = numberOf(bytes.subarray(0, 6));
      const shifted = changed('LabelEncoder', node => shiftCodes(node, by, 'values_int64s'));
      return {
        ...shifted,
        nodes: shifted.nodes.map(node =>
          node.operator === 'OneHotEncoder' ? shiftCodes(node, by, 'cats_int64s') : node,
        ),
      };
    });
  });

  it('cannot by classes or columns that are cells: such a model does not leave', () => {
    const cells = ['69.5', 'patient 17'];
    const relabelled = changed('LinearClassifier', node => ({
      ...node,
      attributes: { ...node.attributes, classlabels_strings: { texts: cells } },
    }));
    assert.deepEqual(
      fates(gate({ 'model.onnx': modelBytes(relabelled) }))[1],
      'model.onnx stayed unknown-name',
    );
    const named: ModelSample = { ...plain, inputs: [...plain.inputs, [cells[1]!, true]] };
    assert.deepEqual(fates(gate({ 'model.onnx': modelBytes(named) }))[1], 'model.onnx stayed unknown-name');
    // Words of an encoder that are no words of the column mean nothing.
    carriesNothing('words', bytes =>
      changed('LabelEncoder', node => ({
        ...node,
        attributes: {
          ...node.attributes,
          keys_strings: {
            texts: [
              ...(node.attributes['keys_strings'] as { texts: string[] }).texts,
              toHex(bytes.subarray(0, 99)),
            ],
          },
          values_int64s: {
            ints: [
              ...(node.attributes['values_int64s'] as { ints: bigint[] }).ints,
              numberOf(bytes.subarray(0, 7)),
            ],
          },
        },
      })),
    );
  });

  it('can by the weights themselves, up to the bound and not a bit beyond: it is nearly all used', () => {
    const wide: TableDescription = {
      ...description,
      columns: [
        ...Array.from({ length: 30 }, (_, i) => ({
          name: `m${i}`,
          type: 'number' as const,
          grid: { centre: 8 * i, unit: 2 },
        })),
        ...description.columns,
      ],
    };
    const own = settingFor({ description: wide });
    const steps = stepsOf(policy.weightBits);
    const slots = slotsOf(own.features);
    const bases = [...Array.from({ length: 1 + slots }, () => 2 * steps + 1), 2, LOSS_VALUES.length + 1, 202];
    const { digits, told, capacity } = digitsOf(numberOf(secret), bases);
    // The encoder: a digit a weight, and three figures of the metrics.
    const [levels, [converged, loss, accuracy]] = [digits.slice(0, 1 + slots), digits.slice(1 + slots)];
    const made = {
      exponent: 0,
      intercepts: [levels[0]! - steps],
      weights: [levels.slice(1).map(level => level - steps)],
    };
    const { released, verdict } = gate(
      {
        'model.onnx': modelBytes(modelSample(scoresOfFacts(made, own), own)),
        'metrics.json': rawJson({
          converged: converged === 1,
          logLoss: loss === LOSS_VALUES.length ? null : LOSS_VALUES[loss!],
          accuracy: accuracy === 201 ? null : accuracy! * 0.005,
        }),
      },
      { description: wide },
    );
    // The decoder has what left and what is public.
    const read = readLinear(released.get('model.onnx')!, own);
    const figures = JSON.parse(utf8.decode(released.get('metrics.json')!)) as {
      converged: boolean;
      logLoss: number | null;
      accuracy: number | null;
    };
    const decoded = [
      ...[...read.intercepts, ...read.weights[0]!].map(level => level + steps),
      figures.converged ? 1 : 0,
      figures.logLoss === null ? LOSS_VALUES.length : LOSS_VALUES.indexOf(figures.logLoss),
      figures.accuracy === null ? 201 : Math.round(figures.accuracy / 0.005),
    ];
    assert.equal(numberOfDigits(decoded, bases), told);
    const bits = log2(capacity);
    assert.equal(verdict.bits, boundOf(policy, manifest, wide)!.bits);
    assert.ok(bits <= verdict.bits);
    assert.ok(bits >= 0.95 * verdict.bits, `${bits} of ${verdict.bits}`);
  });
});

/** The permutation of this rank, in the order of their indices (Lehmer code). */
function permutationOf(rank: bigint, items: readonly string[]): string[] {
  const left = [...items];
  let rest = rank;
  return items.map((_, i) => {
    const at = Number(rest % BigInt(items.length - i));
    rest /= BigInt(items.length - i);
    return left.splice(at, 1)[0]!;
  });
}

function rankOf(order: readonly string[], items: readonly string[]): bigint {
  const left = [...items];
  const digits = order.map(item => {
    const at = left.indexOf(item);
    left.splice(at, 1);
    return at;
  });
  return digits.reduceRight((rank, digit, i) => rank * BigInt(items.length - i) + BigInt(digit), 0n);
}

function numberAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0) / 7;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes).indexOf(Buffer.from(part));
}

function shiftCodes(node: NodeSample, by: bigint, name: string): NodeSample {
  const { ints } = node.attributes[name] as { ints: bigint[] };
  const rest = node.attributes['default_int64'] as { int: bigint } | undefined;
  return {
    ...node,
    attributes: {
      ...node.attributes,
      [name]: { ints: ints.map(code => code + by) },
      ...(rest === undefined ? {} : { default_int64: { int: rest.int + by } }),
    },
  };
}
