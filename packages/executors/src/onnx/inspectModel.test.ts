import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import fc from 'fast-check';
import {
  attribute,
  description,
  field,
  integer,
  node,
  nodes,
  onnxFile,
  ports,
  smallModel,
} from '../testing/onnxModel.ts';
import { inspectModel } from './inspectModel.ts';
import { MODEL_LIMITS } from './limits.ts';

test('a model within the profile gives its description', () => {
  assert.deepEqual(inspectModel(smallModel()), description);
});

const withNode = (...extra: number[]) => onnxFile([...nodes, extra, ...ports], description);
const tensor = (...content: number[][]) => field(5, content.flat());
const crowd = Array.from({ length: MODEL_LIMITS.operators + 1 }, () => node('Abs', '', ['a'], ['b'])).flat();
const refusals: Record<string, [model: Uint8Array, reason: RegExp]> = {
  'that draws random numbers': [withNode(...node('RandomNormal', '', [], ['x'])), /operator RandomNormal/],
  'that loops': [withNode(...node('Loop', '', ['a'], ['b'])), /operator Loop/],
  'with an operator of another domain': [
    withNode(...node('Gelu', 'com.microsoft', ['a'], ['b'])),
    /com\.microsoft\.Gelu/,
  ],
  'whose operator is of the other domain': [
    withNode(...node('LinearClassifier', '', ['a'], ['b'])),
    /LinearClassifier/,
  ],
  'with a graph inside an operator': [
    withNode(...node('Identity', '', ['a'], ['b'], attribute.graph('body'))),
    /contains a graph/,
  ],
  'with weights in another file': [
    onnxFile([...nodes, ...ports, tensor(integer(14, 1))], description),
    /another file/,
  ],
  'with the path of another file': [
    onnxFile([...nodes, ...ports, tensor(field(13, [...field(1, 'location')]))], description),
    /another file/,
  ],
  'with such a weight inside an attribute': [
    withNode(...node('Constant', '', [], ['c'], field(5, field(5, integer(14, 1))))),
    /another file/,
  ],
  'with sparse weights': [onnxFile([...nodes, ...ports, field(15, [])], description), /sparse/],
  'with functions of its own': [onnxFile([...nodes, ...ports], description, field(25, [])), /functions/],
  'with two graphs, which protobuf would merge': [
    onnxFile([...nodes, ...ports], description, field(7, node('Loop', '', [], []))),
    /Loop|graphs/,
  ],
  'without a graph': [Uint8Array.from([...integer(1, 8)]), /0 graphs/],
  'without a description': [onnxFile([...nodes, ...ports], undefined), /koinon\.model/],
  'with two descriptions': [
    onnxFile([...nodes, ...ports], description, field(14, [...field(1, 'koinon.model'), ...field(2, '{}')])),
    /twice/,
  ],
  'whose description names a feature twice': [
    onnxFile([...nodes, ...ports], {
      ...description,
      features: [description.features[0], description.features[0]],
    }),
    /one name/,
  ],
  'in the format of the runtime itself': [
    Uint8Array.from([...integer(1, 8), 0x18, 0, ...new TextEncoder().encode('ORTM')]),
    /not in the ONNX format/,
  ],
  'that is longer than allowed': [new Uint8Array(MODEL_LIMITS.bytes + 1), /larger/],
  'with too many operators': [onnxFile([crowd, ...ports], description), /more than 10000 operators/],
};
for (const [name, [model, reason]] of Object.entries(refusals)) {
  test(`a model ${name} is refused before the runtime sees it`, () => {
    assert.throws(
      () => inspectModel(model),
      (error: unknown) => {
        assert.ok(error instanceof KoinonError);
        assert.equal(error.code, 'K_MODEL_REFUSED');
        assert.equal(error.fault, 'user');
        assert.match(error.message, reason);
        return true;
      },
    );
  });
}

test('any damage to a model is a refusal or still a description, never another error', () => {
  const model = smallModel();
  fc.assert(
    fc.property(fc.nat(model.length - 1), fc.nat(255), fc.nat(model.length), (at, value, length) => {
      const damaged = model.slice(0, Math.max(length, at + 1));
      damaged[at] = value;
      try {
        inspectModel(damaged);
      } catch (error) {
        assert.equal((error as KoinonError).code, 'K_MODEL_REFUSED');
      }
    }),
  );
});
