import { canonicalJson, type PublicColumn } from '@koinon/protocol';
import type { Setting } from '../gate/setting.ts';
import { type AttributeValue, type GraphNode, type TensorInfo, writeModel } from '../onnx/modelFile.ts';
import { INTERCEPT_MAX, type LinearFacts, stepsOf, WEIGHT_MAX } from './linearFacts.ts';

/** Versions of the format and its operators that stock runtimes load. */
const IR_VERSION = 8;
const OPSETS = [
  { domain: '', version: 13 },
  { domain: 'ai.onnx.ml', version: 3 },
];
/** Words that stand for a missing cell at a model's input. */
const MISSING_WORDS = ['', '?', 'NA'];
const OTHER = 'other';

/**
 * The one file that stands for these facts. Numbers go through Imputer and Scaler, categories through LabelEncoder and
 * OneHotEncoder, all through one LinearClassifier; its classes, features and row count are the dataset's public ones.
 */
export function writeLinear(facts: LinearFacts, setting: Setting): Uint8Array {
  const { target, features, approximateRows, policy } = setting;
  const inner = innerNames(features);
  const nodes: GraphNode[] = [];
  const parts: string[] = [];
  const add = (
    operator: string,
    inputs: string[],
    outputs: string[],
    attributes: Record<string, AttributeValue>,
  ) =>
    nodes.push({
      operator,
      domain: operator === 'Concat' || operator === 'Flatten' ? '' : 'ai.onnx.ml',
      inputs,
      outputs,
      attributes: new Map(Object.entries(attributes)),
    });
  const numbers = features.filter(column => column.type === 'number');
  if (numbers.length > 0) {
    const [joined, imputed, scaled] = [inner(), inner(), inner()];
    const centres: AttributeValue = { kind: 'floats', value: numbers.map(({ grid }) => grid.centre) };
    add(
      'Concat',
      numbers.map(({ name }) => name),
      [joined],
      { axis: whole(1) },
    );
    add('Imputer', [joined], [imputed], {
      imputed_value_floats: centres,
      replaced_value_float: { kind: 'float', value: Number.NaN },
    });
    add('Scaler', [imputed], [scaled], {
      offset: centres,
      scale: { kind: 'floats', value: numbers.map(({ grid }) => 1 / grid.unit) },
    });
    parts.push(scaled);
  }
  for (const column of features) {
    if (column.type === 'number') continue;
    const [code, oneHot, flat] = [inner(), inner(), inner()];
    add('LabelEncoder', [column.name], [code], codesOf(column.dictionary));
    const cats = column.dictionary.length === 0 ? [0n] : column.dictionary.map((_, i) => BigInt(i));
    add('OneHotEncoder', [code], [oneHot], { cats_int64s: { kind: 'ints', value: cats }, zeros: whole(1) });
    add('Flatten', [oneHot], [flat], { axis: whole(1) });
    parts.push(flat);
  }
  const joined = inner();
  add('Concat', parts, [joined], { axis: whole(1) });
  add('LinearClassifier', [joined], ['label', 'probabilities'], {
    ...weightsOf(facts, features, policy.weightBits),
    classlabels_strings: { kind: 'strings', value: [...target.dictionary] },
    post_transform: { kind: 'string', value: 'SOFTMAX' },
    multi_class: whole(1),
  });
  return writeModel({
    irVersion: IR_VERSION,
    opsets: OPSETS,
    nodes,
    inputs: features.map(
      ({ name, type }): TensorInfo => ({
        name,
        element: type === 'number' ? 'float' : 'string',
        shape: [undefined, 1],
      }),
    ),
    outputs: [
      { name: 'label', element: 'string', shape: [undefined] },
      { name: 'probabilities', element: 'float', shape: [undefined, target.dictionary.length] },
    ],
    facts: canonicalJson({
      version: 1,
      target: target.name,
      classes: target.dictionary,
      features: features.map(column =>
        column.type === 'number'
          ? { name: column.name, type: column.type }
          : { name: column.name, type: column.type, categories: column.dictionary },
      ),
      rows: approximateRows,
    }),
  });
}

function whole(value: number): AttributeValue {
  return { kind: 'int', value: BigInt(value) };
}

/** A word the dictionary lacks has the code of "other" where there is one; a missing cell has none, and all zeros. */
function codesOf(dictionary: readonly string[]): Record<string, AttributeValue> {
  const missing = MISSING_WORDS.filter(word => !dictionary.includes(word));
  return {
    keys_strings: { kind: 'strings', value: [...dictionary, ...missing] },
    values_int64s: {
      kind: 'ints',
      value: [...dictionary.map((_, i) => BigInt(i)), ...missing.map(() => -1n)],
    },
    default_int64: whole(dictionary.indexOf(OTHER)),
  };
}

/** Coefficients in the order of the joined columns: numbers first, then the words of each category. */
function weightsOf(
  { exponent, intercepts, weights }: LinearFacts,
  features: readonly PublicColumn[],
  weightBits: number,
): Record<string, AttributeValue> {
  const steps = stepsOf(weightBits);
  const value = (level: number, most: number) => (level * most * 2 ** exponent) / steps;
  const order: (number | undefined)[][] = [[], []];
  let slot = 0;
  for (const column of features) {
    if (column.type === 'number') order[0]!.push(slot++);
    else if (column.dictionary.length === 0) order[1]!.push(undefined);
    else for (const _ of column.dictionary) order[1]!.push(slot++);
  }
  const places = order.flat();
  return {
    coefficients: {
      kind: 'floats',
      value: [
        ...places.map(() => 0),
        ...weights.flatMap(levels =>
          places.map(place => (place === undefined ? 0 : value(levels[place]!, WEIGHT_MAX))),
        ),
      ],
    },
    intercepts: { kind: 'floats', value: [0, ...intercepts.map(level => value(level, INTERCEPT_MAX))] },
  };
}

/** Names for what flows inside the graph: numbered, under a prefix that no feature's name starts with. */
function innerNames(features: readonly PublicColumn[]): () => string {
  let prefix = 'koinon/';
  while (features.some(({ name }) => name.startsWith(prefix))) prefix += '/';
  let next = 0;
  return () => `${prefix}${next++}`;
}
