import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  float,
  floats,
  int,
  ints,
  type ModelSample,
  modelBytes,
  modelSample,
  texts,
} from '../../test/modelSample.ts';
import { inputs, manifest, tableFile } from '../../test/samples.ts';
import { Withheld } from '../gate/reasons.ts';
import { vocabularyOf } from '../gate/vocabulary.ts';
import { readModel } from './modelFile.ts';
import { passModel } from './passModel.ts';
import { MessageWriter } from './protobuf.ts';

const rule = { minGroupRows: 10, vocabulary: vocabularyOf(manifest, inputs), checksNames: true };
const honest = passModel(modelBytes(modelSample()), rule).bytes;
const SECRET = 'patient 17 is ill';
const secretBytes = new MessageWriter().text(1, SECRET);

/** A sample with one thing changed. */
const altered = (change: (sample: ModelSample) => void) => {
  const sample = modelSample();
  change(sample);
  return modelBytes(sample);
};
const withheld = (reason: string, change: (sample: ModelSample) => void) =>
  assert.throws(
    () => passModel(altered(change), rule),
    (error: unknown) => error instanceof Withheld && error.reason === reason,
    reason,
  );
const sameAsHonest = (change: (sample: ModelSample) => void) =>
  assert.deepEqual(passModel(altered(change), rule).bytes, honest);
const node = (sample: ModelSample, operator: string) =>
  sample.nodes.find(found => found.operator === operator)!;

describe('passModel', () => {
  it('keeps every weight, operator and public name of an honest model', () => {
    const before = readModel(modelBytes(modelSample()));
    const after = readModel(honest);
    const values = (model: typeof before) =>
      model.nodes.map(({ operator, domain, attributes }) => [operator, domain, [...attributes].sort()]);
    assert.deepEqual(values(after), values(before));
    assert.deepEqual(after.inputs, before.inputs);
    assert.deepEqual(after.outputs, before.outputs);
    assert.deepEqual(JSON.parse(after.facts), modelSample().facts);
  });

  it('is done once: what it wrote passes byte for byte', () => {
    const again = passModel(honest, rule);
    assert.deepEqual(again, { bytes: honest, reasons: [] });
  });

  it('carries over no name of a graph, a node or an inner tensor', () => {
    sameAsHonest(sample => {
      sample.graphName = SECRET;
      for (const found of sample.nodes) found.name = SECRET;
      const rename = (name: string) => (name.startsWith('koinon/') ? `${SECRET} ${name}` : name);
      for (const found of sample.nodes) {
        found.inputs = found.inputs.map(rename);
        found.outputs = found.outputs.map(rename);
      }
    });
  });

  it('carries over no payload of a NaN, no order of fields or attributes, no spelling of its facts', () => {
    sameAsHonest(sample => {
      const { attributes } = node(sample, 'LinearClassifier');
      node(sample, 'LinearClassifier').attributes = Object.fromEntries(Object.entries(attributes).reverse());
      const payload = new Uint8Array(new Float32Array([Number.NaN]).buffer);
      payload[0] = 0x17;
      node(sample, 'Imputer').attributes['replaced_value_float'] = float(
        new Float32Array(payload.buffer)[0]!,
      );
      sample.facts = Object.fromEntries(Object.entries(sample.facts).reverse());
    });
  });

  it('has no place for documentation, training information, functions or more metadata', () => {
    for (const field of [3, 4, 6, 20, 25, 26, 99]) {
      withheld('field-not-allowed', sample => {
        sample.extraModel = model => model.message(field, secretBytes);
      });
    }
    withheld('field-not-allowed', sample => {
      sample.extraModel = model => model.message(14, new MessageWriter().text(1, 'note').text(2, SECRET));
    });
    withheld('schema', sample => {
      sample.extraModel = model => model.text(2, SECRET);
    });
  });

  it('has no place for initialisers, value infos, documentation or anything unknown in the graph', () => {
    for (const field of [5, 10, 13, 14, 15, 16, 77]) {
      withheld('field-not-allowed', sample => {
        sample.extraGraph = graph => graph.message(field, secretBytes);
      });
    }
  });

  it('has no place for documentation, overloads or unknown fields in a node', () => {
    for (const field of [6, 8, 9, 50]) {
      withheld('field-not-allowed', sample => {
        node(sample, 'Scaler').extra = message => message.text(field, SECRET);
      });
    }
  });

  it('has no place for a value that its attribute does not name', () => {
    withheld('field-not-allowed', sample => {
      node(sample, 'Concat').attributes['axis'] = name => int(1)(name).text(9, SECRET);
    });
    withheld('field-not-allowed', sample => {
      node(sample, 'Concat').attributes['axis'] = name => int(1)(name).message(5, secretBytes);
    });
    withheld('field-not-allowed', sample => {
      node(sample, 'Concat').attributes['axis'] = name => int(1)(name).text(13, SECRET);
    });
  });

  it('has no operator or attribute that is not on the list', () => {
    withheld('operator-not-allowed', sample => {
      node(sample, 'Flatten').operator = 'Constant';
    });
    withheld('operator-not-allowed', sample => {
      node(sample, 'Flatten').isMl = true;
    });
    withheld('operator-not-allowed', sample => {
      node(sample, 'Scaler').attributes['note'] = texts([SECRET]);
    });
    withheld('operator-not-allowed', sample => {
      node(sample, 'LabelEncoder').attributes['keys_strings'] = texts(['f', SECRET]);
    });
    withheld('operator-not-allowed', sample => {
      node(sample, 'LabelEncoder').attributes['values_int64s'] = ints([1_234_567, 1, -1, -1, -1]);
    });
    withheld('operator-not-allowed', sample => {
      node(sample, 'LinearClassifier').attributes['classlabels_strings'] = texts(['no', SECRET]);
    });
  });

  it('holds no more values than a linear model over its columns needs', () => {
    withheld('too-many-values', sample => {
      node(sample, 'LinearClassifier').attributes['coefficients'] = floats(new Array(7).fill(0.5));
    });
    withheld('too-many-values', sample => {
      node(sample, 'Scaler').attributes['offset'] = floats([1, 2]);
    });
    withheld('too-many-values', sample => {
      node(sample, 'OneHotEncoder').attributes['cats_int64s'] = ints([0, 1, 0, 1]);
    });
    withheld('too-many-values', sample => {
      const scaler = node(sample, 'Scaler');
      sample.nodes.splice(3, 0, { ...scaler, inputs: ['koinon/scaled'], outputs: ['koinon/twice'] });
      sample.nodes.find(found => found.inputs.includes('koinon/0flat'))!.inputs[0] = 'koinon/twice';
    });
  });

  it('has finite numbers, and a graph that hangs together with no dead part', () => {
    withheld('not-finite', sample => {
      node(sample, 'Scaler').attributes['offset'] = floats([Number.NaN]);
    });
    withheld('graph', sample => {
      node(sample, 'Scaler').inputs = ['koinon/nowhere'];
    });
    withheld('graph', sample => {
      sample.nodes.splice(1, 0, { ...node(sample, 'Concat'), outputs: ['koinon/dead'] });
    });
    withheld('graph', sample => {
      sample.nodes.reverse();
    });
    withheld('graph', sample => {
      sample.inputs.push([SECRET, true]);
    });
  });

  it('says about itself only what the format has, in names and orders the dataset made public', () => {
    const facts = (change: object) => (sample: ModelSample) => {
      sample.facts = { ...sample.facts, ...change };
    };
    withheld('schema', facts({ note: SECRET }));
    withheld('schema', facts({ classRows: [25, 15] }));
    withheld(
      'schema',
      facts({
        classes: [
          { label: 'no', rows: 25 },
          { label: 'yes', rows: 15 },
        ],
      }),
    );
    withheld('unknown-name', facts({ classes: ['no', SECRET] }));
    withheld('unknown-name', facts({ classes: ['yes', 'no'] }));
    withheld('unknown-name', facts({ target: 'height' }));
    withheld('too-few-rows', facts({ rows: 9 }));
    withheld('inconsistent', facts({ rows: 41 }));
    withheld('unknown-name', sample => {
      sample.facts['features'] = [
        { name: 'age', type: 'number' },
        { name: 'sex', type: 'category', categories: ['f', SECRET] },
      ];
    });
    withheld('unknown-name', sample => {
      sample.facts['features'] = (sample.facts['features'] as object[]).toReversed();
      sample.inputs.reverse();
    });
  });

  it('is withheld when one of its classes stands in fewer rows than the minimum', () => {
    const rare = tableFile(40, [
      ['age', new Float32Array(40)],
      ['sex', new Int32Array(40), ['f', 'm']],
      ['ill', Int32Array.from({ length: 40 }, (_, i) => (i < 31 ? 0 : 1)), ['no', 'yes']],
    ]);
    const vocabulary = vocabularyOf(manifest, new Map([['table.safetensors', rare]]));
    assert.throws(() => passModel(modelBytes(modelSample()), { ...rule, vocabulary }), /rare-class/);
  });

  it('is withheld with bytes after its end, cut short, or too large to read', () => {
    const bytes = modelBytes(modelSample());
    assert.throws(() => passModel(new Uint8Array([...bytes, 0]), rule), Withheld);
    for (let end = 0; end < bytes.length; end += 13) {
      assert.throws(() => passModel(bytes.subarray(0, end), rule), Withheld);
    }
    assert.throws(() => passModel(new Uint8Array(9 * 2 ** 20), rule), /size-cap/);
    const many = new Uint8Array(3 * 2 ** 20).map((_, i) => (i % 2 === 0 ? 0x42 : 0));
    assert.throws(() => passModel(many, rule), /too-many-values/);
  });
});
